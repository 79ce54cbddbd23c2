using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace Executor.TestKit.Kubernetes;

/// <content>From a request to its answer.</content>
public sealed partial class FakeApiServer
{
    private async Task AnswerAsync(HttpContext context)
    {
        try
        {
            var request = await ReadAsync(context);
            Requests.Enqueue(request);
            if (context.Connection.ClientCertificate is { } certificate)
            {
                ClientCertificates.Enqueue(certificate.Subject);
            }

            Authorize(request);
            foreach (var warning in Warnings)
            {
                context.Response.Headers.Append("Warning", warning);
            }

            if (NextFault(request) is { } fault)
            {
                await fault.Answer(context);
            }
            else if (request.IsWatch)
            {
                await WatchAsync(context, request);
            }
            else
            {
                await AnswerAsync(context, request);
            }
        }
        catch (ApiErrorException error)
        {
            context.Response.StatusCode = error.Code;
            if (error.RetryAfterSeconds is { } seconds)
            {
                context.Response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
            }

            await WriteAsync(context, error.ToStatus());
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The client went away.
        }
    }

    private static async Task<FakeRequest> ReadAsync(HttpContext context)
    {
        using var body = new StreamReader(context.Request.Body);
        var text = await body.ReadToEndAsync(context.RequestAborted);
        return new FakeRequest(
            context.Request.Method,
            context.Request.Path.Value!,
            context.Request.Query.ToDictionary(pair => pair.Key, pair => pair.Value.ToString()),
            context.Request.Headers.ToDictionary(pair => pair.Key, pair => pair.Value.ToString(), StringComparer.OrdinalIgnoreCase),
            context.Request.Protocol,
            text.Length == 0 ? null : JsonNode.Parse(text));
    }

    private static Task WriteAsync(HttpContext context, JsonNode answer)
    {
        context.Response.ContentType = "application/json";
        return context.Response.WriteAsync(answer.ToJsonString(), context.RequestAborted);
    }

    private void Authorize(FakeRequest request)
    {
        lock (_lock)
        {
            if (Options.Tokens.Count > 0
                && !(request.Headers.TryGetValue("Authorization", out var header)
                    && header.StartsWith("Bearer ", StringComparison.Ordinal)
                    && Options.Tokens.Contains(header["Bearer ".Length..])))
            {
                throw ApiErrorException.Unauthorized();
            }
        }
    }

    private ApiFault? NextFault(FakeRequest request)
    {
        lock (_lock)
        {
            var index = _faults.FindIndex(entry => entry.Fault.Fits(request));
            if (index < 0)
            {
                return null;
            }

            var (fault, left) = _faults[index];
            if (--left[0] == 0)
            {
                _faults.RemoveAt(index);
            }

            return fault;
        }
    }

    private async Task AnswerAsync(HttpContext context, FakeRequest request)
    {
        if (Discovery(request.Path) is { } known)
        {
            await WriteAsync(context, known);
            return;
        }

        var path = ResourcePath.Parse(request.Path) ?? throw new ApiErrorException(404, "NotFound", "the server could not find the requested resource");
        if (path is { Plural: "pods", Subresource: "log" })
        {
            await context.Response.WriteAsync(Log(path, request), context.RequestAborted);
            return;
        }

        if (path is { Plural: "pods", Subresource: "portforward" or "exec" })
        {
            await StreamAsync(context, path);
            return;
        }

        var (answer, code) = path switch
        {
            { Plural: "selfsubjectaccessreviews" } => (Review(request.Body!.AsObject()), 201),
            { Plural: "pods", Subresource: "eviction" } => (Evict(path, request.Body!.AsObject()), 201),
            _ => Objects(path, request),
        };
        context.Response.StatusCode = code;
        await WriteAsync(context, answer);
    }

    private (JsonObject Answer, int Code) Objects(ResourcePath path, FakeRequest request)
    {
        var dryRun = request.Query.GetValueOrDefault("dryRun") == "All";
        var manager = request.Query.GetValueOrDefault("fieldManager");
        var body = request.Body as JsonObject;
        lock (_lock)
        {
            switch (request.Method, path.Name)
            {
                case ("POST", null):
                    return (_api.Create(path, body!, dryRun, manager), 201);
                case ("GET", null):
                    return (List(path, request), 200);
                case ("GET", _):
                    return (_api.Read(path), 200);
                case ("PUT", not null):
                    return (_api.Update(path, body!, dryRun), 200);
                case ("PATCH", not null):
                    var type = request.Headers.GetValueOrDefault("Content-Type");
                    return (_api.Patch(path, request.Body!, type, dryRun, manager), 200);
                case ("DELETE", null):
                    _api.DeleteCollection(path, Selection(request), body);
                    return (new JsonObject { ["kind"] = "Status", ["apiVersion"] = "v1", ["status"] = "Success" }, 200);
                case ("DELETE", _):
                    return (_api.Delete(path, body), 200);
                default:
                    throw new ApiErrorException(405, "MethodNotAllowed", $"the server does not allow {request.Method} here");
            }
        }
    }

    private static Selector Selection(FakeRequest request) =>
        new(request.Query.GetValueOrDefault("labelSelector"), request.Query.GetValueOrDefault("fieldSelector"));

    private static int? Number(FakeRequest request, string name) =>
        request.Query.TryGetValue(name, out var text) ? int.Parse(text, CultureInfo.InvariantCulture) : null;

    private JsonObject List(ResourcePath path, FakeRequest request)
    {
        var token = request.Query.GetValueOrDefault("continue");
        if (token is not null && request.Query.ContainsKey("resourceVersion"))
        {
            throw ApiErrorException.BadRequest("specifying resource version is not allowed when using continue");
        }

        var (items, revision, next, remaining) = _storage.List(path, Selection(request), Number(request, "limit"), token);
        var metadata = new JsonObject { ["resourceVersion"] = $"{revision}" };
        if (next is not null)
        {
            metadata["continue"] = next;
            metadata["remainingItemCount"] = remaining;
        }

        // Items of a list come without their kind, as from the real server.
        return new JsonObject
        {
            ["kind"] = "List",
            ["apiVersion"] = path.ApiVersion,
            ["metadata"] = metadata,
            ["items"] = new JsonArray([.. items.Select(WithoutKind)]),
        };
    }

    private static JsonObject WithoutKind(JsonObject item)
    {
        var copy = item.DeepClone().AsObject();
        copy.Remove("kind");
        copy.Remove("apiVersion");
        return copy;
    }

    private JsonObject Review(JsonObject review)
    {
        review["status"] = new JsonObject { ["allowed"] = Options.Allows(review["spec"]!["resourceAttributes"]!.AsObject()) };
        return review.DeepClone().AsObject();
    }

    private JsonObject Evict(ResourcePath path, JsonObject eviction)
    {
        if ((string?)eviction["apiVersion"] == "policy/v1" && !Options.IsAtLeast(1, 22))
        {
            throw ApiErrorException.BadRequest("no kind \"Eviction\" is registered for version \"policy/v1\" in scheme");
        }

        if (Options.RefusesEvictions)
        {
            throw ApiErrorException.TooManyRequests(10, "Cannot evict pod as it would violate the pod's disruption budget.");
        }

        lock (_lock)
        {
            _api.Delete(path with { Subresource = null }, eviction["deleteOptions"] as JsonObject);
        }

        return new JsonObject { ["kind"] = "Status", ["apiVersion"] = "v1", ["status"] = "Success" };
    }

    private string Log(ResourcePath path, FakeRequest request)
    {
        JsonObject pod;
        lock (_lock)
        {
            pod = _api.Read(path with { Subresource = null });
        }

        var containers = pod["spec"]?["containers"]?.AsArray().Select(container => (string)container!["name"]!).ToList() ?? [];
        var name = request.Query.GetValueOrDefault("container") ?? (containers.Count == 1
            ? containers[0]
            : throw ApiErrorException.BadRequest($"a container name must be specified for pod {path.Name}, choose one of: [{string.Join(' ', containers)}]"));
        if (!_logs.TryGetValue((path.NamespaceName!, path.Name!, name), out var text))
        {
            throw ApiErrorException.BadRequest($"container \"{name}\" in pod \"{path.Name}\" is waiting to start: ContainerCreating");
        }

        var lines = text.Split('\n')[..^1];
        return string.Concat(lines[Math.Max(0, lines.Length - (Number(request, "tailLines") ?? lines.Length))..].Select(line => line + "\n"));
    }

    private async Task WatchAsync(HttpContext context, FakeRequest request)
    {
        var path = ResourcePath.Parse(request.Path)!;
        var version = request.Query.GetValueOrDefault("resourceVersion");
        long? from = long.TryParse(version, CultureInfo.InvariantCulture, out var number) ? number : null;
        var watch = new FakeWatch(
            path, Selection(request), version, request.Query.GetValueOrDefault("allowWatchBookmarks") == "true", () => Revision);
        lock (_lock)
        {
            if (from is > 0 && from < _storage.CompactedRevision)
            {
                var expired = ApiErrorException.Expired($"too old resource version: {from} ({_storage.CompactedRevision})");
                if (Options.ExpiredWatchAsStatus)
                {
                    throw expired;
                }

                watch.SendError(expired);
                watch.Close();
            }
            else
            {
                _storage.Open(watch, from, path);
            }
        }

        using var timeout = Number(request, "timeoutSeconds") is { } seconds
            ? Options.TimeProvider.CreateTimer(_ => watch.Close(), null, TimeSpan.FromSeconds(seconds), Timeout.InfiniteTimeSpan)
            : null;
        await ServeAsync(context, watch);
    }

    private async Task ServeAsync(HttpContext context, FakeWatch watch)
    {
        var aborted = context.RequestAborted;
        try
        {
            context.Response.ContentType = "application/json";
            await context.Response.StartAsync(aborted);
            await context.Response.Body.FlushAsync(aborted);
            _opened.Writer.TryWrite(watch);
            await foreach (var line in watch.Lines.ReadAllAsync(aborted))
            {
                await context.Response.Body.WriteAsync(line, aborted);
                await context.Response.Body.FlushAsync(aborted);
            }
        }
        catch (IOException)
        {
            context.Abort();
        }
        finally
        {
            lock (_lock)
            {
                _storage.Watches.Remove(watch);
            }
        }
    }
}
