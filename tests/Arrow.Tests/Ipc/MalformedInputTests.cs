using System.Buffers.Binary;
using Executor.Arrow.Ipc;
using Executor.Arrow.Tests.Interop;
using Executor.Arrow.Tests.Samples;

namespace Executor.Arrow.Tests.Ipc;

/// <summary>Whatever is done to the bytes, reading them ends with batches that can be used or with InvalidDataException.</summary>
public sealed class MalformedInputTests(ITestOutputHelper output)
{
    private const int MutationsPerFile = 400;

    // Small enough that nothing larger than the test's own memory is taken for a length that was flipped.
    private static readonly IpcReaderOptions Limits = new() { MaxBodyBytes = 1 << 24, MaxDecompressedBytes = 1 << 24 };

    public static TheoryData<string> Files => GoldenTests.Files;

    [Theory]
    [MemberData(nameof(Files))]
    public void Flipped_bytes_and_bits_are_read_or_refused(string name)
    {
        var original = File.ReadAllBytes(Path.Combine(GoldenTests.Folder, name));
        for (var seed = 0; seed < MutationsPerFile; seed++)
        {
            var random = new Random(seed);
            var bytes = original.ToArray();
            for (var i = random.Next(1, 4); i > 0; i--)
            {
                Mutate(bytes, random);
            }

            ReadOrRefuse(bytes, $"{name}, seed {seed}");
        }
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Input_that_is_cut_off_is_refused_unless_it_ends_between_messages(string name)
    {
        var original = File.ReadAllBytes(Path.Combine(GoldenTests.Folder, name));
        for (var length = 0; length < original.Length; length += Math.Max(1, original.Length / 300))
        {
            ReadOrRefuse(original[..length], $"{name}, {length} bytes");
        }
    }

    [Fact]
    public void Random_batches_of_our_own_with_flipped_bytes_are_read_or_refused()
    {
        for (var seed = 0; seed < 2000; seed++)
        {
            var samples = new RandomArrays(seed / 10);
            var schema = samples.NextSchema();
            using var stream = new MemoryStream();
            using var writer = new ArrowStreamWriter(stream, schema);
            writer.WriteRecordBatch(samples.NextBatch(schema, 20));
            writer.WriteEnd();
            var bytes = stream.ToArray();
            Mutate(bytes, new Random(seed));
            ReadOrRefuse(bytes, $"seed {seed}");
        }
    }

    [Fact]
    public void Random_bytes_are_refused()
    {
        for (var seed = 0; seed < 2000; seed++)
        {
            var random = new Random(seed);
            var bytes = new byte[random.Next(1, 300)];
            random.NextBytes(bytes);
            Assert.Throws<InvalidDataException>(() => MessageHeader.Peek(bytes));
            ReadOrRefuse(bytes, $"seed {seed}");
            ReadOrRefuse([0xFF, 0xFF, 0xFF, 0xFF, 64, 0, 0, 0, .. bytes], $"seed {seed}");
            ReadOrRefuse([.. "ARROW1\0\0"u8, .. bytes, 40, 0, 0, 0, .. "ARROW1"u8], $"seed {seed}");
        }
    }

    private static void Mutate(byte[] bytes, Random random)
    {
        var at = random.Next(bytes.Length);
        switch (random.Next(4))
        {
            case 0:
                bytes[at] ^= (byte)(1 << random.Next(8));
                break;
            case 1:
                bytes[at] = (byte)random.Next(256);
                break;
            case 2:
                bytes[at] = random.Next(2) == 0 ? (byte)0 : (byte)0xFF;
                break;
            default:
                // An offset, a length or a count that points somewhere else.
                at = Math.Min(at & ~3, bytes.Length - 4);
                BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(Math.Max(at, 0)), random.Next(-64, 4096));
                break;
        }
    }

    private void ReadOrRefuse(byte[] bytes, string what)
    {
        try
        {
            // What was accepted is looked at, copied and written, which reads all of it.
            var batches = bytes.AsSpan().StartsWith("ARROW1"u8) ? ReadFile(bytes) : ReadStream(bytes);
            foreach (var batch in batches.Where(batch => batch.Length < 100_000))
            {
                Canonical.Of(batch);
                new MessageEncoder(batch.Schema).Encode(batch);
            }
        }
        catch (InvalidDataException e)
        {
            Assert.NotEmpty(e.Message);
        }
        catch (Exception)
        {
            output.WriteLine(what);
            throw;
        }
    }

    private static List<RecordBatch> ReadStream(byte[] bytes)
    {
        using var reader = new ArrowStreamReader(new MemoryStream(bytes), options: Limits);
        var batches = new List<RecordBatch>();
        while (reader.ReadNextRecordBatch() is { } batch)
        {
            batches.Add(batch);
        }

        return batches;
    }

    private static List<RecordBatch> ReadFile(byte[] bytes)
    {
        using var reader = new ArrowFileReader(new MemoryStream(bytes), options: Limits);
        return [.. Enumerable.Range(0, reader.RecordBatchCount).Select(reader.ReadRecordBatch)];
    }
}
