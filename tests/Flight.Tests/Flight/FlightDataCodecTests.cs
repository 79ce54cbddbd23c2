using System.Buffers;
using Executor.Flight;
using Executor.Flight.Protocol;
using Executor.Grpc;
using Xunit;

namespace Flight.Tests.Flight;

public sealed class FlightDataCodecTests
{
    [Fact]
    public void Fields_are_written_with_their_tags_and_the_body_is_not_copied()
    {
        var body = new byte[300];
        var context = new SerializationContext();
        FlightDataCodec.Write(
            new FlightData
            {
                Descriptor = FlightDescriptor.CreatePathDescriptor("a"),
                DataHeader = new([1, 2]),
                AppMetadata = new([3]),
                DataBody = new(body),
            },
            context);

        Assert.Equal(318, context.Seal());
        Assert.Equal(
            [0, 0, 0, 1, 62, 0x0A, 5, 0x08, 1, 0x1A, 1, (byte)'a', 0x12, 2, 1, 2, 0x1A, 1, 3, 0xC2, 0x3E, 0xAC, 2],
            context.Head.ToArray());
        Assert.True(System.Runtime.InteropServices.MemoryMarshal.TryGetArray(context.Tail.First, out var segment));
        Assert.Same(body, segment.Array);
    }

    [Fact]
    public void Fields_are_read_in_any_order_and_unknown_ones_are_skipped()
    {
        byte[] bytes =
        [
            0xC2, 0x3E, 2, 8, 9,
            0x20, 0x96, 0x01,
            0x29, 1, 2, 3, 4, 5, 6, 7, 8,
            0x35, 1, 2, 3, 4,
            0x3A, 1, 0,
            0x10, 5,
            0x1A, 0,
            0x12, 1, 7,
            0x0A, 7, 0x08, 2, 0x12, 3, 4, 5, 6,
        ];
        foreach (var payload in (ReadOnlySequence<byte>[])[new(bytes), Split(bytes)])
        {
            var data = FlightDataCodec.Read(payload);
            Assert.Equal([8, 9], data.DataBody.ToArray());
            Assert.Equal([7], data.DataHeader.ToArray());
            Assert.True(data.AppMetadata.IsEmpty);
            Assert.Equal(FlightDescriptorType.Command, data.Descriptor?.Type);
            Assert.Equal([4, 5, 6], data.Descriptor!.Command.ToArray());
        }
    }

    [Theory]
    [InlineData(new byte[] { 0xC2 }, "ends in the middle")]
    [InlineData(new byte[] { 0xC2, 0x3E }, "ends in the middle")]
    [InlineData(new byte[] { 0xC2, 0x3E, 5, 1 }, "data_body of a FlightData has a length of 5 bytes, and 1 bytes follow")]
    [InlineData(new byte[] { 0x12, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 1 }, "data_header of a FlightData has a length of 18446744073709551615 bytes")]
    [InlineData(new byte[] { 0x12, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 1 }, "longer than 10 bytes")]
    [InlineData(new byte[] { 0x0A, 2, 0x12, 9 }, "flight_descriptor of a FlightData is not one")]
    [InlineData(new byte[] { 0x29, 1, 2 }, "ends in the middle")]
    [InlineData(new byte[] { 0x23 }, "wire type 3")]
    public void Bytes_that_are_not_a_FlightData_are_refused(byte[] bytes, string problem)
    {
        var failure = Assert.Throws<InvalidDataException>(() => FlightDataCodec.Read(new ReadOnlySequence<byte>(bytes)));
        Assert.Contains(problem, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Damaged_bytes_are_read_or_refused_and_nothing_else()
    {
        const int seed = 20261122;
        var random = new Random(seed);
        byte[] good = [0x0A, 5, 0x08, 1, 0x1A, 1, (byte)'a', 0x12, 2, 1, 2, 0x1A, 1, 3, 0xC2, 0x3E, 4, 1, 2, 3, 4];
        for (var round = 0; round < 20_000; round++)
        {
            var bytes = good.ToArray();
            for (var change = random.Next(1, 4); change > 0; change--)
            {
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            }

            try
            {
                FlightDataCodec.Read(new ReadOnlySequence<byte>(bytes.AsMemory(0, random.Next(bytes.Length + 1))));
            }
            catch (InvalidDataException)
            {
            }
            catch (Exception e)
            {
                Assert.Fail($"seed {seed}, round {round}, bytes {Convert.ToHexString(bytes)}: {e}");
            }
        }
    }

    private static ReadOnlySequence<byte> Split(byte[] bytes)
        => BodySequence.Join(Enumerable.Range(0, bytes.Length).Select(index => (ReadOnlyMemory<byte>)bytes.AsMemory(index, 1)));
}
