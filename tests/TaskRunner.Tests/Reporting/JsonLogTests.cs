using System.IO.Pipes;
using System.Text;
using System.Text.Json;
using Executor.Contracts.Identity;
using Executor.TaskRunner.Reporting;
using Executor.TestKit;

namespace Executor.TaskRunner.Tests.Reporting;

/// <summary>The log as JSON, an object a line.</summary>
public sealed class JsonLogTests
{
    private static readonly WriterId Writer = new(new AttemptId("run-1", "task", 3, 1, 2), "pod-1");

    [Fact]
    public async Task A_line_says_what_whose_and_when()
    {
        var lines = await WriteAsync(log =>
        {
            log.Line("before the attempt is known");
            log.Identify(Writer);
            var body = log.OpenBody();
            body.Append("first\nsec"u8);
            body.Append("ond\r\n\nlast"u8);
            body.End();
            log.Line("the end");
        });

        Assert.Equal(
            """{"time":"2026-01-01T00:00:00.000Z","run":"run-1","task":"task","index":3,"generation":1,"attempt":2,"incarnation":"pod-1","stream":"body","message":"first"}""",
            lines[1]);
        Assert.Equal(
            [("runner", "before the attempt is known"), ("body", "first"), ("body", "second"), ("body", ""), ("body", "last"), ("runner", "the end")],
            lines.Select(Read));
        Assert.False(JsonDocument.Parse(lines[0]).RootElement.TryGetProperty("run", out _));
    }

    [Fact]
    public async Task Any_bytes_of_a_body_make_a_valid_line()
    {
        var lines = await WriteAsync(log =>
        {
            var body = log.OpenBody();
            body.Append("{\"level\":\"info\"}\n"u8);
            body.Append("é€😀 <&> \u001b[1m\0\n"u8);
            body.Append((byte[])[0xff, (byte)'x', 0xc3, (byte)'\n']);
        });

        Assert.Equal([("body", "{\"level\":\"info\"}"), ("body", "é€😀 <&> \u001b[1m\0"), ("body", "\ufffdx\ufffd")], lines.Select(Read));
        Assert.Contains("é€", lines[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_long_line_is_cut_between_characters_and_loses_nothing()
    {
        var text = string.Concat(Enumerable.Repeat("x€😀", 10_000));
        var lines = await WriteAsync(log =>
        {
            var body = log.OpenBody();
            foreach (var piece in Encoding.UTF8.GetBytes($"{text}\nshort\n").Chunk(777))
            {
                body.Append(piece);
            }
        });

        Assert.Equal(text, string.Concat(lines.SkipLast(1).Select(line => Read(line).Message)));
        Assert.All(lines.SkipLast(1), line => Assert.InRange(Encoding.UTF8.GetByteCount(Read(line).Message), 1, LineCutter.MaxLineBytes));
        Assert.Equal(("body", "short"), Read(lines[^1]));
    }

    [Fact]
    public async Task A_line_of_exactly_the_most_bytes_is_one_line()
    {
        var lines = await WriteAsync(log => log.OpenBody().Append(Encoding.UTF8.GetBytes(new string('x', LineCutter.MaxLineBytes) + "\n")));

        Assert.Single(lines);
    }

    [Fact]
    public async Task Streams_are_not_mixed_and_the_kept_log_stays_text()
    {
        AttemptLog? kept = null;
        var lines = await WriteAsync(log =>
        {
            kept = log;
            var (output, error) = (log.OpenBody(), log.OpenBody());
            output.Append("out"u8);
            error.Append("err\n"u8);
            output.Append("put\n"u8);
            log.Line("note");
        });

        Assert.Equal([("body", "err"), ("body", "output"), ("runner", "note")], lines.Select(Read));
        Assert.Equal("outerr\nput\ntask-runner: note\n", Encoding.UTF8.GetString(kept!.Kept()));
    }

    private static (string? Stream, string Message) Read(string line)
    {
        var json = JsonDocument.Parse(line).RootElement;
        return (json.GetProperty("stream").GetString(), json.GetProperty("message").GetString()!);
    }

    private static async Task<string[]> WriteAsync(Action<AttemptLog> write)
    {
        using var reader = new AnonymousPipeServerStream(PipeDirection.In);
        var reading = new StreamReader(reader).ReadToEndAsync(TestContext.Current.CancellationToken);
        write(new AttemptLog((int)reader.ClientSafePipeHandle.DangerousGetHandle(), LogFormats.Json, new ManualTime()));
        reader.DisposeLocalCopyOfClientHandle();
        return (await reading).Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }
}
