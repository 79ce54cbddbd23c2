using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Net;
using Executor.Shuffle.Engine.Hosting;
using Executor.Shuffle.Engine.Ingest;
using Executor.Shuffle.Engine.InProcess;
using Executor.Shuffle.Engine.Security;
using Executor.Shuffle.Engine.Serving;
using Executor.Shuffle.S3;
using Executor.Shuffle.S3.Configuration;

namespace Executor.ShuffleStore.Hosting;

/// <summary>The command line: flags to options, each checked before anything is started, with the flag's name in the complaint.</summary>
internal static class StoreCommand
{
    private const int InvalidInput = 2;

    /// <summary>Runs the command and returns the process's exit code.</summary>
    internal static async Task<int> RunAsync(string[] args, TextWriter output, TextWriter error)
    {
        var parsed = Create(output, error).Parse(args);
        if (parsed.Errors.Count > 0)
        {
            foreach (var complaint in parsed.Errors)
            {
                await error.WriteLineAsync(complaint.Message);
            }

            return InvalidInput;
        }

        // Signals are the store's own business: it takes the time that it needs to write out its windows.
        return await parsed.InvokeAsync(new InvocationConfiguration { Output = output, Error = error, ProcessTerminationTimeout = null });
    }

    private static RootCommand Create(TextWriter output, TextWriter error)
    {
        var listen = new Option<IPEndPoint>("--listen")
        {
            Description = "Address and port to listen on; port 0 takes a free one.",
            CustomParser = result => ParseEndPoint("--listen", result),
            DefaultValueFactory = _ => new IPEndPoint(IPAddress.Loopback, 7070),
            HelpName = "ADDRESS:PORT",
        };
        var metrics = new Option<IPEndPoint?>("--metrics-listen")
        {
            Description = "Address and port to answer /metrics (Prometheus), /healthz and /readyz on, without TLS and keys; nowhere by default.",
            CustomParser = result => ParseEndPoint("--metrics-listen", result),
            HelpName = "ADDRESS:PORT",
        };
        var directory = new Option<string?>("--directory") { Description = "Folder that holds the objects. Give this or --s3-bucket.", HelpName = "DIR" };
        var s3 = new S3Flags();
        var keyFile = new Option<string?>("--key-file")
        {
            Description = "File with the master key, 32 bytes or more; made with mode 0600 if missing. By default DIR/store.key; needed with --s3-bucket. Read again when it changes; a second.key beside it is accepted, too.",
            HelpName = "FILE",
        };
        var certificate = new Option<string?>("--tls-cert-file")
        {
            Description = "PEM file with the certificate to speak TLS with; without TLS by default. Read again when it changes.",
            HelpName = "FILE",
        };
        var key = new Option<string?>("--tls-key-file") { Description = "PEM file with the certificate's private key.", HelpName = "FILE" };
        var window = new Option<int?>("--window-mib")
        {
            Description = "Size of a window, and so of a segment, in MiB. By default 64 with a folder and 128 with a bucket, and no more than half of the ingest budget.",
            HelpName = "N",
        };
        Between(window, 1, 1024);
        var budget = new Option<int?>("--ingest-budget-mib")
        {
            Description = "Memory for blocks that are not durable yet, in MiB; at least the window and 16. By default 128 with a folder and 256 with a bucket.",
            HelpName = "N",
        };
        Between(budget, 17, 1 << 20);
        var read = Size("--read-budget-mib", "Memory for blocks on their way to readers, in MiB.", 128, 64, 1 << 20);
        var receive = Size("--receive-budget-mib", "Memory for blocks that are being received, in MiB; at least 24.", 64, 24, 1 << 20);
        var stream = Size("--stream-window-kib", "What each writer may send ahead, in KiB.", 256, 128, 16 << 10);
        var linger = Size("--linger-ms", "How long a window waits for further streams once one waits for it, in milliseconds.", 20, 0, 60_000);
        var streams = Size("--max-streams", "Writers that may be connected at a time.", 4096, 1, 1_000_000);
        var connections = Size("--max-connections", "Connections that may be open at a time; further ones are closed at once.", 12_000, 1, 1_000_000);
        var patience = Size(
            "--patience-seconds", "How long a reader may take nothing, or a message take to come, while others wait for memory; then its client has to come again.", 60, 1, 3600);
        var timeToLive = new Option<int?>("--delete-runs-after-hours") { Description = "Delete runs this many hours old; by default they are kept.", HelpName = "HOURS" };
        AtLeast(timeToLive, 1);
        var ticket = Size("--ticket-minutes", "How long tickets are good that the store signs, in minutes.", 60, 1, 60 * 24 * 30);

        var command = new RootCommand("The shuffle store: Arrow Flight in front of segments in a folder or a bucket.")
        {
            listen, metrics, directory, keyFile, certificate, key, window, budget, read, receive, stream, linger, streams, connections, patience, timeToLive, ticket,
        };
        command.Validators.Add(result =>
        {
            if (result.GetValue(certificate) is null != result.GetValue(key) is null)
            {
                result.AddError("--tls-cert-file and --tls-key-file are given together or not at all");
            }
        });
        foreach (var option in s3.All)
        {
            command.Add(option);
        }

        command.SetAction(async (parsed, cancellationToken) =>
        {
            if ((s3.Contradiction(parsed, parsed.GetValue(directory), parsed.GetValue(keyFile), out var bucket)
                ?? Contradiction(Window(parsed, bucket), IngestBudget(parsed, bucket), parsed.GetValue(keyFile))) is { } complaint)
            {
                await error.WriteLineAsync(complaint);
                return InvalidInput;
            }

            return await StoreProcess.RunAsync(Options(parsed, bucket), bucket, output, error, cancellationToken);
        });
        return command;

        int Window(ParseResult parsed, S3ObjectStoreOptions? bucket) =>
            parsed.GetValue(window)
            ?? Math.Min((int)((bucket is null ? new IngestOptions().WindowBytes : IngestOptions.BucketWindowBytes) >> 20), IngestBudget(parsed, bucket) / 2);

        int IngestBudget(ParseResult parsed, S3ObjectStoreOptions? bucket) =>
            parsed.GetValue(budget) ?? (int)((bucket is null ? new IngestOptions().BudgetBytes : IngestOptions.BucketBudgetBytes) >> 20);

        ShuffleStoreOptions Options(ParseResult parsed, S3ObjectStoreOptions? bucket) => new()
        {
            Listen = parsed.GetValue(listen)!,
            MetricsListen = parsed.GetValue(metrics),
            Directory = parsed.GetValue(directory),
            KeyFile = parsed.GetValue(keyFile),
            Tls = parsed.GetValue(certificate) is { } file ? new TlsFiles(file, parsed.GetValue(key)!) : null,
            RecordUsage = true,
            TimeToLive = parsed.GetValue(timeToLive) is { } hours ? TimeSpan.FromHours(hours) : null,
            ReceiveBudgetBytes = (long)parsed.GetValue(receive) << 20,
            StreamWindowBytes = parsed.GetValue(stream) << 10,
            MaxConnections = parsed.GetValue(connections),
            TicketLifetime = TimeSpan.FromMinutes(parsed.GetValue(ticket)),
            Engine = new ShuffleEngineOptions
            {
                Ingest = new IngestOptions
                {
                    WindowBytes = (long)Window(parsed, bucket) << 20,
                    BudgetBytes = (long)IngestBudget(parsed, bucket) << 20,
                    Linger = TimeSpan.FromMilliseconds(parsed.GetValue(linger)),
                    MaximumAge = TimeSpan.FromMilliseconds(Math.Max(2000, parsed.GetValue(linger))),
                    MaxOpenStreams = parsed.GetValue(streams),
                },
                Serving = (bucket is null ? new ServingOptions() : S3ObjectStore.Reading) with
                {
                    BudgetBytes = (long)parsed.GetValue(read) << 20,
                    Patience = TimeSpan.FromSeconds(parsed.GetValue(patience)),
                },
            },
        };
    }

    private static string? Contradiction(int windowMib, int budgetMib, string? keyFile)
    {
        if (budgetMib < windowMib + 16)
        {
            return $"--ingest-budget-mib: {budgetMib} is too little for --window-mib {windowMib}, expected at least {windowMib + 16}";
        }

        return File.Exists(keyFile) && LengthOf(keyFile) is < StoreKeys.MinMasterKeyBytes and var length
            ? $"--key-file: {keyFile} holds {length} bytes, expected at least {StoreKeys.MinMasterKeyBytes}"
            : null;
    }

    /// <summary>A file in a mounted Secret is a link, and the length of a link is that of its target's name.</summary>
    private static long LengthOf(string file) =>
        (File.ResolveLinkTarget(file, returnFinalTarget: true) as FileInfo ?? new FileInfo(file)).Length;

    private static Option<int> Size(string name, string description, int standard, int least, int most)
    {
        var option = new Option<int>(name) { Description = description, DefaultValueFactory = _ => standard, HelpName = "N" };
        Between(option, least, most);
        return option;
    }

    private static void Between(Option option, int least, int most) => option.Validators.Add(result =>
    {
        if (result.Tokens is [var token] && int.TryParse(token.Value, NumberStyles.Integer, CultureInfo.InvariantCulture, out var value) && (value < least || value > most))
        {
            result.AddError(string.Create(CultureInfo.InvariantCulture, $"{option.Name}: {value}, expected {least} to {most}"));
        }
    });

    private static void AtLeast(Option<int?> option, int least) => option.Validators.Add(result =>
    {
        if (result.Tokens is [var token] && int.TryParse(token.Value, NumberStyles.Integer, CultureInfo.InvariantCulture, out var value) && value < least)
        {
            result.AddError($"{option.Name}: expected at least {least}");
        }
    });

    private static IPEndPoint? ParseEndPoint(string flag, ArgumentResult result)
    {
        var text = result.Tokens is [var token] ? token.Value : "";
        if (text.Contains(':', StringComparison.Ordinal) && IPEndPoint.TryParse(text, out var endPoint))
        {
            return endPoint;
        }

        result.AddError($"{flag}: '{text}', expected an address and a port such as 127.0.0.1:7070 or [::]:7070");
        return null;
    }
}
