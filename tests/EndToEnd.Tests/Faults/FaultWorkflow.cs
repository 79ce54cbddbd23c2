using System.Globalization;

namespace EndToEnd.Tests.Faults;

/// <summary>A small workflow with two shuffles whose answer is known without running it.</summary>
public static class FaultWorkflow
{
    /// <summary>How many instances it has: 6 + 5 + 4 + 1.</summary>
    public const int Instances = Maps + Counts + Sorts + 1;

    private const int Maps = 6;
    private const int Counts = 5;
    private const int Sorts = 4;
    private const int Rows = 8000;
    private const int Keys = 4999;

    /// <summary>What belongs below <c>spec</c>.</summary>
    public static string Spec { get; } = string.Create(
        CultureInfo.InvariantCulture,
        $$"""
        tasks:
          - name: map
            fanOut: {count: {{Maps}}}
            script: awk -v me="$EXECUTOR_INDEX" 'BEGIN { for (n = 0; n < {{Rows}}; n++) print "key-" (n * 7919 + me * 104729) % {{Keys}} }'
            stdout: keys
            outputs: [{name: keys, format: lines, partitionBy: {hash: [line], partitions: {{Counts}} } }]
          - name: count
            fanOut: {over: map.keys}
            inputs: [{from: map.keys, read: partition}]
            stdin: map.keys
            script: LC_ALL=C sort | uniq -c | awk '{ print $2, $1 }'
            stdout: counts
            outputs: [{name: counts, format: lines, partitionBy: {hash: [line], partitions: {{Sorts}} } }]
          - name: sort
            fanOut: {over: count.counts}
            inputs: [{from: count.counts, read: partition}]
            stdin: count.counts
            script: LC_ALL=C sort
            stdout: sorted
            outputs: [{name: sorted, format: lines}]
          - name: merge
            inputs: [{from: sort.sorted, read: all}]
            stdin: sort.sorted
            script: LC_ALL=C sort
            stdout: table
            outputs: [{name: table, format: lines}]
        results: [merge.table]
        """);

    /// <summary>The lines of the result.</summary>
    public static IReadOnlyList<string> Answer { get; } =
    [
        .. Enumerable.Range(0, Maps)
            .SelectMany(map => Enumerable.Range(0, Rows).Select(n => ((n * 7919L) + (map * 104729L)) % Keys))
            .CountBy(key => key)
            .Select(count => string.Create(CultureInfo.InvariantCulture, $"key-{count.Key} {count.Value}"))
            .Order(StringComparer.Ordinal),
    ];
}
