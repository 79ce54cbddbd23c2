using System.Buffers;
using System.Text.Json;
using Executor.Kubernetes.Models;

namespace Executor.Kubernetes.Streaming;

/// <summary>
/// A command that runs in a container: standard input, output and error are channels 0 to 2, and channel 3 tells at the end how it went, by a
/// <see cref="V1Status"/>.
/// </summary>
internal sealed class ExecSession(ChannelSocket socket, Stream? stdin, Stream? stdout, Stream? stderr)
{
    private const byte InputChannel = 0;
    private const int OutputChannel = 1;
    private const int ErrorChannel = 2;
    private const int StatusChannel = 3;
    private const int BufferBytes = 32 * 1024;
    private const int MaxStatusBytes = 64 * 1024;

    /// <summary>Carries bytes to and fro until the command has ended.</summary>
    /// <exception cref="IOException">The connection ended before the command did, or the status cannot be read.</exception>
    public async Task<V1Status> RunAsync(CancellationToken cancellationToken)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var receiving = ReceiveAsync(ended.Token);
        var sending = stdin is null ? Task.CompletedTask : SendInputAsync(stdin, ended.Token);
        try
        {
            // The command may end before its input does, and an input that fails would let it wait for ever.
            await await Task.WhenAny(receiving, sending);
            return await receiving;
        }
        finally
        {
            await ended.CancelAsync();
            await Task.WhenAll(receiving, sending).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task SendInputAsync(Stream input, CancellationToken cancellationToken)
    {
        var buffer = new byte[BufferBytes];
        while (await input.ReadAsync(buffer, cancellationToken) is > 0 and var count)
        {
            try
            {
                await socket.SendAsync(InputChannel, buffer.AsMemory(0, count), cancellationToken);
            }
            catch (IOException)
            {
                // Whether the command has ended, or the connection broke, shows where its status is received.
                return;
            }
        }
    }

    private async Task<V1Status> ReceiveAsync(CancellationToken cancellationToken)
    {
        var buffer = new byte[BufferBytes];
        var status = new ArrayBufferWriter<byte>();
        while (await socket.WaitForChannelAsync(cancellationToken) is not ChannelSocket.Closed and var channel)
        {
            var (count, endOfMessage) = await socket.ReceiveAsync(buffer, cancellationToken);
            if (channel == StatusChannel)
            {
                if (status.WrittenCount + count > MaxStatusBytes)
                {
                    throw new IOException($"the status of the command is longer than {MaxStatusBytes} bytes");
                }

                status.Write(buffer.AsSpan(0, count));
                if (endOfMessage)
                {
                    return Read(status.WrittenSpan);
                }
            }
            else if ((channel switch { OutputChannel => stdout, ErrorChannel => stderr, _ => null }) is { } output)
            {
                await output.WriteAsync(buffer.AsMemory(0, count), cancellationToken);
            }
        }

        throw new IOException("the connection ended before the command did");
    }

    private static V1Status Read(ReadOnlySpan<byte> json)
    {
        try
        {
            return JsonSerializer.Deserialize(json, KubernetesJsonContext.Default.V1Status) ?? throw new JsonException("found null");
        }
        catch (JsonException e)
        {
            throw new IOException($"the status of the command cannot be read: {e.Message}", e);
        }
    }
}
