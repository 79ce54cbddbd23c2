using System.Net;

namespace Executor.Shuffle.Channel.Flight;

/// <summary>Looks names up as the system does.</summary>
internal static class SystemResolver
{
    /// <summary>
    /// The addresses of a host. Where no name server answers the system may take half a minute to find out: a thread of its own waits for it, as the pool of a
    /// process with one processor has a single one to begin with. The token ends nothing.
    /// </summary>
    internal static Task<IPAddress[]> ResolveAsync(string host, CancellationToken cancellationToken)
    {
        var found = new TaskCompletionSource<IPAddress[]>(TaskCreationOptions.RunContinuationsAsynchronously);
        var thread = new Thread(() =>
        {
            try
            {
                found.SetResult(Dns.GetHostAddresses(host));
            }
            catch (Exception failure)
            {
                found.SetException(failure);
            }
        })
        { IsBackground = true, Name = "names" };
        thread.Start();
        return found.Task;
    }
}
