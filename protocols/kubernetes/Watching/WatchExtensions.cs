using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Executor.Kubernetes.Client;
using Executor.Kubernetes.Models;

namespace Executor.Kubernetes.Watching;

/// <summary>Watches.</summary>
public static class WatchExtensions
{
    private static readonly StreamPipeReaderOptions Buffers = new(bufferSize: 16 * 1024, minimumReadSize: 4 * 1024);

    /// <summary>
    /// One watch, event by event in the order of the server. The events of one object come in the order of its versions. How it ends tells why:
    /// <list type="bullet">
    /// <item>the enumeration ends: the server closed the watch between two events, at its time-out or for reasons of its own; go on from the last
    /// <see cref="WatchEvent{T}.ResourceVersion"/>;</item>
    /// <item><see cref="KubernetesException"/> with a status: the server refused the watch, or ended it with an ERROR event; with
    /// <see cref="KubernetesException.IsExpired"/> the version is too old, and only a list helps;</item>
    /// <item><see cref="KubernetesException"/> without one: the connection broke, or what came is no event or too long a line;</item>
    /// <item><see cref="OperationCanceledException"/>: the caller cancelled.</item>
    /// </list>
    /// A watch can be dead without any sign; whoever needs to know sets a limit on the silence between bookmarks, as the informer does.
    /// </summary>
    public static async IAsyncEnumerable<WatchEvent<T>> WatchAsync<T>(
        this GenericClient<T> client, WatchOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
        where T : class, IKubernetesObject<V1ObjectMeta>
    {
        ArgumentNullException.ThrowIfNull(client);
        options ??= new WatchOptions();
        var request = Request(client, options);
        using var response = await client.Transport.SendAsync(request, cancellationToken);
        await using var stream = await response.Content.ReadAsStreamAsync(cancellationToken);
        var pipe = PipeReader.Create(stream, Buffers);
        try
        {
            var lines = new LineReader(pipe, options.MaxLineBytes);
            while (await ReadAsync(lines, client.Resource, request, cancellationToken) is { } next)
            {
                yield return next;
            }
        }
        finally
        {
            await pipe.CompleteAsync();
        }
    }

    private static ApiRequest Request<T>(GenericClient<T> client, WatchOptions options)
        where T : class, IKubernetesObject<V1ObjectMeta>
    {
        var query = new QueryString()
            .AddFlag("watch", true)
            .AddFlag("allowWatchBookmarks", options.AllowWatchBookmarks)
            .Add("labelSelector", options.LabelSelector)
            .Add("fieldSelector", options.FieldSelector)
            .Add("resourceVersion", options.ResourceVersion)
            .Add("timeoutSeconds", options.TimeoutSeconds);
        return new ApiRequest(HttpMethod.Get, client.Collection(), query.ToString());
    }

    private static async ValueTask<WatchEvent<T>?> ReadAsync<T>(
        LineReader lines, KubernetesResource<T> resource, ApiRequest request, CancellationToken cancellationToken)
        where T : class, IKubernetesObject<V1ObjectMeta>
    {
        try
        {
            return await lines.ReadAsync(cancellationToken) ? WatchEventParser.Parse(lines.Line, resource, request.ToString()) : null;
        }
        catch (Exception e) when (ApiTransport.IsBroken(e) || e is JsonException or InvalidDataException)
        {
            throw ApiTransport.Broken(request, e);
        }
    }
}
