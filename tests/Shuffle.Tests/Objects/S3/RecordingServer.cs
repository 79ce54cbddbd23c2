using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;

namespace Shuffle.Tests.Objects.S3;

/// <summary>
/// Takes whatever it is sent, answers as it is told, or as S3 does when all goes well, and remembers the requests: for what no server at hand understands.
/// It keeps no objects.
/// </summary>
internal sealed class RecordingServer : IAsyncDisposable
{
    private readonly WebApplication _application;
    private readonly Func<RecordedRequest, string> _answer;
    private readonly int _status;

    private RecordingServer(WebApplication application, Func<RecordedRequest, string> answer, int status) =>
        (_application, _answer, _status) = (application, answer, status);

    internal Uri Address { get; private set; } = null!;

    internal ConcurrentQueue<RecordedRequest> Requests { get; } = [];

    /// <summary>Starts one.</summary>
    /// <param name="answer">The body of the answer to a request; as of S3 if null.</param>
    /// <param name="status">The status of all answers.</param>
    internal static async Task<RecordingServer> StartAsync(Func<RecordedRequest, string>? answer = null, int status = StatusCodes.Status200OK)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.Listen(IPAddress.Loopback, 0, endpoint => endpoint.Protocols = HttpProtocols.Http1);
        });
        var application = builder.Build();
        var server = new RecordingServer(application, answer ?? AnswerOfS3, status);
        application.Run(server.AnswerAsync);
        await application.StartAsync();
        server.Address = new Uri(application.Urls.Single());
        return server;
    }

    public ValueTask DisposeAsync() => _application.DisposeAsync();

    private async Task AnswerAsync(HttpContext context)
    {
        var target = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        var headers = context.Request.Headers.ToDictionary(header => header.Key, header => header.Value.ToString(), StringComparer.OrdinalIgnoreCase);
        var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        var request = new RecordedRequest(context.Request.Method, target, headers, Encoding.UTF8.GetString(body.ToArray()));
        Requests.Enqueue(request);
        var answer = _answer(request);
        context.Response.StatusCode = _status;
        context.Response.Headers.ETag = "\"0123456789abcdef0123456789abcdef\"";
        context.Response.ContentType = answer.StartsWith('{') ? "application/json" : "application/xml";
        context.Response.ContentLength = Encoding.UTF8.GetByteCount(answer);
        await context.Response.WriteAsync(answer, context.RequestAborted);
    }

    private static string AnswerOfS3(RecordedRequest request) =>
        request.Method != "POST" ? ""
            : request.Target.EndsWith("?uploads", StringComparison.Ordinal) ? "<InitiateMultipartUploadResult><UploadId>upload-1</UploadId></InitiateMultipartUploadResult>"
            : "<CompleteMultipartUploadResult><ETag>\"0123456789abcdef0123456789abcdef-1\"</ETag></CompleteMultipartUploadResult>";
}

/// <summary>A request as it came.</summary>
/// <param name="Method">GET, PUT and so on.</param>
/// <param name="Target">Path and query.</param>
/// <param name="Headers">The headers, by names in any case.</param>
/// <param name="Body">What it carried, as text.</param>
internal sealed record RecordedRequest(string Method, string Target, IReadOnlyDictionary<string, string> Headers, string Body)
{
    /// <summary>The value of a header; null without it.</summary>
    internal string? Header(string name) => Headers.GetValueOrDefault(name);

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Method} {Target}");
}
