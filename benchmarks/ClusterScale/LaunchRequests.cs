using System.Collections.Concurrent;
using Executor.Contracts.Identity;
using Executor.TestKit.Kubernetes;

namespace Executor.Benchmarks.ClusterScale;

/// <summary>Counts a client's requests, and notes when the Job of each attempt was sent and answered, and its pod where the client makes that. Thread-safe.</summary>
internal sealed class LaunchRequests : RequestCounter
{
    /// <summary>The attempt that the flow of control launches.</summary>
    internal static readonly AsyncLocal<AttemptId?> Launching = new();

    /// <summary>When the Job of an attempt was first sent and last answered, by <see cref="Sightings.Key(AttemptId)"/>.</summary>
    internal ConcurrentDictionary<string, (long Sent, long Answered)> Jobs { get; } = new();

    /// <summary>When the last creation for an attempt was answered, its pod's where the client makes that, and how much processor time this process had used by then.</summary>
    internal ConcurrentDictionary<string, (long Answered, TimeSpan Cpu)> Launches { get; } = new();

    /// <summary>
    /// True to give nobody else work: every Job that is created asks for no pod, so that the Job controller lets it lie (<c>suspend</c> is not known before 1.21), and every pod
    /// waits for a scheduler that is not there.
    /// </summary>
    internal bool LetsLie { get; set; }

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var isJob = NameOf(request) == "create jobs";
        if (!(isJob || NameOf(request) == "create pods") || Launching.Value is not { } attempt)
        {
            return await base.SendAsync(request, cancellationToken);
        }

        if (LetsLie)
        {
            request.Content = isJob
                ? await InsertAsync(request.Content!, "\"backoffLimit\":0"u8.ToArray(), ",\"parallelism\":0"u8.ToArray(), cancellationToken)
                : await InsertAsync(request.Content!, "\"spec\":{"u8.ToArray(), "\"schedulerName\":\"nobody\","u8.ToArray(), cancellationToken);
        }

        var sent = TimeProvider.System.GetTimestamp();
        var answer = await base.SendAsync(request, cancellationToken);
        var answered = TimeProvider.System.GetTimestamp();
        var key = Sightings.Key(attempt);
        Launches[key] = (answered, Environment.CpuUsage.TotalTime);
        if (isJob)
        {
            Jobs.AddOrUpdate(key, (sent, answered), (_, first) => first with { Answered = answered });
        }

        return answer;
    }

    // On bytes: it is done within what is measured, and is not the executor's to do.
    private static async Task<HttpContent> InsertAsync(HttpContent content, byte[] after, byte[] inserted, CancellationToken cancellationToken)
    {
        var body = await content.ReadAsByteArrayAsync(cancellationToken);
        var place = body.AsSpan().IndexOf(after) + after.Length;
        byte[] changed = [.. body.AsSpan(0, place), .. inserted, .. body.AsSpan(place)];
        return new ByteArrayContent(changed) { Headers = { ContentType = content.Headers.ContentType } };
    }
}
