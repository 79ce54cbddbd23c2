using System.Text.Json;
using Executor.Contracts.Identity;
using Executor.Shuffle.Channel;
using Executor.Shuffle.Channel.Flight;

namespace Shuffle.Tests.Channels;

/// <summary>What a reader asks for, as it is on the wire and in tickets.</summary>
public sealed class ReadCommandTests
{
    private static readonly SealId Seal = new("run-1", new OutputId("extract", "sales"), 2);

    [Fact]
    public void What_is_not_asked_for_is_not_on_the_wire()
    {
        const string Sealed = """{"selection":{"seal":{"run":"run-1","output":{"task":"extract","output":"sales"},"generation":2}""";
        Assert.Equal(Sealed + "}}", Json(new ReadSelection(Seal)));
        Assert.Equal(Sealed + ""","partition":3}}""", Json(new ReadSelection(Seal, 3)));
        Assert.Equal(Sealed + ""","sourceIndex":4}}""", Json(new ReadSelection(Seal, null, 4)));
        Assert.Equal(Sealed + ""","partition":3,"sources":{"from":5,"to":8}}}""", Json(new ReadSelection(Seal, 3, null, new InstanceRange(5, 8))));
    }

    [Fact]
    public void A_slice_is_read_as_it_was_written()
    {
        var command = new ReadCommand(new ReadSelection(Seal, 3, null, new InstanceRange(5, 8)), new ReadPosition(3, 1, 64));
        Assert.Equal(command, ShuffleJson.Read(JsonSerializer.SerializeToUtf8Bytes(command, ShuffleJson.Default.ReadCommand), ShuffleJson.Default.ReadCommand));
    }

    private static string Json(ReadSelection selection) => JsonSerializer.Serialize(new ReadCommand(selection), ShuffleJson.Default.ReadCommand);
}
