using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Net;

namespace Executor.Cli;

/// <summary>The options of a command that drives a run, on the port that shows metrics of it.</summary>
internal sealed class MetricsArguments
{
    private readonly Option<IPEndPoint?> _listen = new("--metrics-listen")
    {
        Description = "Address and port to answer /metrics (Prometheus), /healthz and /readyz on while the run is driven here, without TLS and keys; nowhere by default.",
        CustomParser = ParseEndPoint,
        HelpName = "ADDRESS:PORT",
    };

    private readonly Option<int> _linger = new("--metrics-linger")
    {
        Description = "Seconds that the driver stays at most after the run's end, until its metrics were scraped once more. Default: 0.",
        HelpName = "SECONDS",
    };

    /// <summary>Adds them to a command.</summary>
    public void AddTo(Command command)
    {
        _linger.Validators.Add(result =>
        {
            if (result.Tokens is [var token] && int.TryParse(token.Value, CultureInfo.InvariantCulture, out var seconds) && seconds is < 0 or > 3600)
            {
                result.AddError($"--metrics-linger: found {seconds}, expected 0 to 3600");
            }
        });
        command.Add(_listen);
        command.Add(_linger);
    }

    /// <summary>Where to listen; null for nowhere.</summary>
    public IPEndPoint? Listen(ParseResult parsed) => parsed.GetValue(_listen);

    /// <summary>How long to stay.</summary>
    public TimeSpan Linger(ParseResult parsed) => TimeSpan.FromSeconds(parsed.GetValue(_linger));

    private static IPEndPoint? ParseEndPoint(ArgumentResult result)
    {
        var text = result.Tokens is [var token] ? token.Value : "";
        if (text.Contains(':', StringComparison.Ordinal) && IPEndPoint.TryParse(text, out var endPoint))
        {
            return endPoint;
        }

        result.AddError($"--metrics-listen: found '{text}', expected an address and a port such as 127.0.0.1:8816 or [::]:8816");
        return null;
    }
}
