using System.Runtime.CompilerServices;

namespace Executor.Grpc;

/// <summary>Streams as <see cref="IAsyncEnumerable{T}"/>.</summary>
public static class AsyncStreamReaderExtensions
{
    /// <summary>Reads to the end of the stream.</summary>
    public static async IAsyncEnumerable<T> ReadAllAsync<T>(
        this IAsyncStreamReader<T> streamReader,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(streamReader);
        while (await streamReader.MoveNext(cancellationToken))
        {
            yield return streamReader.Current;
        }
    }
}
