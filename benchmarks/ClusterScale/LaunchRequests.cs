using System.Collections.Concurrent;
using Executor.Contracts.Identity;
using Executor.TestKit.Kubernetes;

namespace Executor.Benchmarks.ClusterScale;

/// <summary>Counts a client's requests, and notes when the Job of each attempt was sent and answered. Thread-safe.</summary>
internal sealed class LaunchRequests : RequestCounter
{
    private static ReadOnlySpan<byte> Before => "\"backoffLimit\":0"u8;

    private static ReadOnlySpan<byte> NoPod => ",\"parallelism\":0"u8;

    /// <summary>The attempt that the flow of control launches.</summary>
    internal static readonly AsyncLocal<AttemptId?> Launching = new();

    /// <summary>
    /// When the Job of an attempt was first sent and last answered, and how much processor time this process had used by then, by <see cref="Sightings.Key(AttemptId)"/>.
    /// </summary>
    internal ConcurrentDictionary<string, (long Sent, long Answered, TimeSpan Cpu)> Jobs { get; } = new();

    /// <summary>True to let every Job that is created ask for no pod, so that the Job controller lets it lie; <c>suspend</c> is not known before 1.21.</summary>
    internal bool AsksForNoPod { get; set; }

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (NameOf(request) != "create jobs" || Launching.Value is not { } attempt)
        {
            return await base.SendAsync(request, cancellationToken);
        }

        if (AsksForNoPod)
        {
            request.Content = await WithoutPodAsync(request.Content!, cancellationToken);
        }

        var sent = TimeProvider.System.GetTimestamp();
        var answer = await base.SendAsync(request, cancellationToken);
        var answered = TimeProvider.System.GetTimestamp();
        var cpu = Environment.CpuUsage.TotalTime;
        Jobs.AddOrUpdate(Sightings.Key(attempt), (sent, answered, cpu), (_, first) => first with { Answered = answered, Cpu = cpu });
        return answer;
    }

    // On bytes: it is done within what is measured, and is not the executor's to do.
    private static async Task<HttpContent> WithoutPodAsync(HttpContent content, CancellationToken cancellationToken)
    {
        var job = await content.ReadAsByteArrayAsync(cancellationToken);
        var place = job.AsSpan().IndexOf(Before) + Before.Length;
        byte[] changed = [.. job.AsSpan(0, place), .. NoPod, .. job.AsSpan(place)];
        return new ByteArrayContent(changed) { Headers = { ContentType = content.Headers.ContentType } };
    }
}
