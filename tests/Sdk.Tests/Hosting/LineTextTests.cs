using Executor.DotnetHost.Streams;
using Xunit;

namespace Executor.Sdk.Tests.Hosting;

public sealed class LineTextTests
{
    [Fact]
    public async Task A_line_longer_than_the_limit_is_refused()
    {
        using var endless = new Endless();
        var error = await Assert.ThrowsAsync<InvalidDataException>(async () =>
        {
            await foreach (var batch in LineText.ReadAsync(endless, "a.b", TestContext.Current.CancellationToken))
            {
                Assert.Fail($"found {batch}");
            }
        });
        Assert.Equal("input 'a.b' has a line of more than 67108864 bytes", error.Message);
        Assert.InRange(endless.BytesRead, LineText.MaxLineBytes, LineText.MaxLineBytes + 1);
    }

    private sealed class Endless : MemoryStream
    {
        public long BytesRead { get; private set; }

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            BytesRead += buffer.Length;
            return ValueTask.FromResult(buffer.Length);
        }
    }
}
