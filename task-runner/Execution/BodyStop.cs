using Executor.TaskRunner.Native;

namespace Executor.TaskRunner.Execution;

/// <summary>Ends a body from outside.</summary>
internal static class BodyStop
{
    /// <summary>How long a body has to end by itself after SIGTERM.</summary>
    public static readonly TimeSpan Grace = TimeSpan.FromSeconds(3);

    /// <summary>Asks the whole group to end, and kills it after <see cref="Grace"/>. Returns when the body has ended.</summary>
    public static async Task StopAsync(this BodyProcess body, int signal, TimeProvider time)
    {
        body.Signal(signal);
        await body.KillAfterAsync(Grace, time);
    }

    /// <summary>Lets the body end by itself for a while, then kills its whole group. Returns when the body has ended.</summary>
    public static async Task KillAfterAsync(this BodyProcess body, TimeSpan grace, TimeProvider time)
    {
        try
        {
            await body.Exit.WaitAsync(grace, time);
        }
        catch (TimeoutException)
        {
            body.Signal(Libc.SignalKill);
            await body.Exit;
        }
    }
}
