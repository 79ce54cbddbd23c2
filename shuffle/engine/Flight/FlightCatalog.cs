using System.Globalization;
using Executor.Contracts.Identity;
using Executor.Contracts.Records;
using Executor.Flight;
using Executor.Shuffle.Channel;
using Executor.Shuffle.Channel.Flight;
using Executor.Shuffle.Engine.InProcess;
using Executor.Shuffle.Engine.Security;

namespace Executor.Shuffle.Engine.Flight;

/// <summary>
/// Describes sealed outputs as flights: PATH <c>[run, task.output]</c> and <c>[run, task.output, partition]</c> name the newest seal's data, CMD
/// with the JSON of <see cref="ReadCommand"/> names an exact selection. Endpoints carry signed tickets.
/// </summary>
internal sealed class FlightCatalog(ShuffleEngine engine, TicketSigner tickets)
{
    /// <summary>The run that a descriptor is about, for authorisation.</summary>
    internal static string RunOf(FlightDescriptor descriptor) => descriptor switch
    {
        { Type: FlightDescriptorType.Path, Paths: [var run, _, ..] } => run,
        { Type: FlightDescriptorType.Command } => Parse(descriptor.Command).Selection.Seal.Run,
        _ => throw new ShuffleException(ShuffleError.Invalid, $"descriptor '{descriptor}': expected PATH [run, task.output] or a command"),
    };

    internal async Task<FlightInfo> DescribeAsync(FlightDescriptor descriptor, CancellationToken cancellationToken)
    {
        var (selection, seal) = await ResolveAsync(descriptor, cancellationToken);
        if (selection.Partition is { } single && (single < 0 || single >= seal.PartitionCount))
        {
            throw new ShuffleException(ShuffleError.NotFound, $"there is no partition {single} in output {seal.Output}, which has {seal.PartitionCount}");
        }

        var expiry = tickets.Expiry();
        var partitions = selection.Partition is { } only ? [only] : Enumerable.Range(0, seal.PartitionCount);
        var endpoints = partitions.Select(partition => new FlightEndpoint(
            new FlightTicket(tickets.Sign(new ReadCommand(selection with { Partition = partition }), expiry)),
            [new FlightLocation(FlightLocation.ReuseConnection)])
        {
            ExpirationTime = expiry,
        });
        return Info(seal, descriptor, selection, [.. endpoints]);
    }

    internal async Task<ReadOnlyMemory<byte>> SchemaAsync(FlightDescriptor descriptor, CancellationToken cancellationToken) =>
        GetCall.SchemaOrEmpty((await ResolveAsync(descriptor, cancellationToken)).Seal.Schema);

    /// <summary>The newest seals of a run's outputs, without endpoints.</summary>
    internal async IAsyncEnumerable<FlightInfo> ListAsync(
        string run, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var seals = await engine.Seals.ListAsync(run, null, cancellationToken);
        foreach (var newest in seals.GroupBy(seal => seal.Output).Select(group => group.MaxBy(seal => seal.Generation)!))
        {
            if (await engine.Reader.FindSealAsync(newest, cancellationToken) is { } seal)
            {
                yield return Info(
                    seal, FlightDescriptor.CreatePathDescriptor(run, newest.Output.ToString()), new ReadSelection(newest), []);
            }
        }
    }

    private static FlightInfo Info(SealRecord seal, FlightDescriptor descriptor, ReadSelection selection, IReadOnlyList<FlightEndpoint> endpoints)
    {
        var totals = seal.Partitions.Where(partition => selection.Partition is null || partition.Partition == selection.Partition)
            .Aggregate(default(SelectionTotals), (sum, partition) => sum.Plus(partition));
        return new FlightInfo(GetCall.SchemaOrEmpty(seal.Schema), descriptor, endpoints)
        {
            TotalRecords = selection is { SourceIndex: null, Sources: null } ? totals.Rows : -1,
            TotalBytes = selection is { SourceIndex: null, Sources: null } ? totals.Bytes : -1,
        };
    }

    private async Task<(ReadSelection Selection, SealRecord Seal)> ResolveAsync(FlightDescriptor descriptor, CancellationToken cancellationToken)
    {
        var selection = descriptor.Type == FlightDescriptorType.Command
            ? Parse(descriptor.Command).Selection
            : await NewestAsync(descriptor.Paths, cancellationToken);
        var seal = await engine.Reader.FindSealAsync(selection.Seal, cancellationToken)
            ?? throw new ShuffleException(
                ShuffleError.NotFound, $"output {selection.Seal.Output} generation {selection.Seal.Generation} of run {selection.Seal.Run} is not sealed");
        return (selection, seal);
    }

    private async Task<ReadSelection> NewestAsync(IReadOnlyList<string> path, CancellationToken cancellationToken)
    {
        int? partition = null;
        if (path.Count == 3)
        {
            partition = int.TryParse(path[2], NumberStyles.None, CultureInfo.InvariantCulture, out var number)
                ? number
                : throw new ShuffleException(ShuffleError.Invalid, $"partition '{path[2]}' is not a number");
        }

        if (path.Count is not (2 or 3) || !OutputId.TryParse(path[1], out var output))
        {
            throw new ShuffleException(ShuffleError.Invalid, $"path [{string.Join(", ", path)}]: expected [run, task.output] or [run, task.output, partition]");
        }

        var seals = await engine.Seals.ListAsync(path[0], output, cancellationToken);
        var newest = seals.MaxBy(seal => seal.Generation)
            ?? throw new ShuffleException(ShuffleError.NotFound, $"output {output} of run {path[0]} is not sealed");
        return new ReadSelection(newest, partition);
    }

    private static ReadCommand Parse(ReadOnlyMemory<byte> command) => ShuffleJson.Read(command.Span, ShuffleJson.Default.ReadCommand);
}
