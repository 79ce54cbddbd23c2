using System.Text;
using System.Text.Unicode;
using Executor.Workflows.Errors;

namespace Executor.Workflows;

/// <summary>Reads the text of a workflow file.</summary>
internal static class WorkflowText
{
    /// <summary>The most bytes a workflow file may have.</summary>
    public const int MaxBytes = 4 << 20;

    /// <summary>The file's text, or null; then the diagnostics say why.</summary>
    public static string? Read(string path, DiagnosticList diagnostics)
    {
        try
        {
            if (Directory.Exists(path))
            {
                diagnostics.AddForFile("found a folder, expected a workflow file");
                return null;
            }

            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete);
            var bytes = new byte[MaxBytes + 1];
            var length = file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
            if (length > MaxBytes)
            {
                diagnostics.AddForFile($"the file is larger than {MaxBytes >> 20} MiB, the most a workflow file may have");
                return null;
            }

            return Decode(bytes.AsSpan(0, length), diagnostics);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            diagnostics.AddForFile("no such file");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            diagnostics.AddForFile($"cannot be read: {e.Message}");
        }

        return null;
    }

    private static string? Decode(ReadOnlySpan<byte> bytes, DiagnosticList diagnostics)
    {
        if (bytes.StartsWith("\uFEFF"u8))
        {
            bytes = bytes[3..];
        }

        if (bytes.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xFE]) || bytes.StartsWith((ReadOnlySpan<byte>)[0xFE, 0xFF]))
        {
            diagnostics.AddForFile("found UTF-16, expected UTF-8");
            return null;
        }

        if (Utf8.IsValid(bytes))
        {
            return Encoding.UTF8.GetString(bytes);
        }

        var valid = 0;
        while (Rune.DecodeFromUtf8(bytes[valid..], out _, out var consumed) == System.Buffers.OperationStatus.Done)
        {
            valid += consumed;
        }

        var before = Encoding.UTF8.GetString(bytes[..valid]);
        var position = new SourcePosition(before.AsSpan().Count('\n') + 1, before.Length - before.LastIndexOf('\n'));
        diagnostics.Add(new SourceLocation(position, ""), $"found the byte 0x{bytes[valid]:X2}, which is not UTF-8");
        return null;
    }
}
