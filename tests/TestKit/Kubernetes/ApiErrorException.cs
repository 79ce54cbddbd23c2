using System.Text.Json.Nodes;

namespace Executor.TestKit.Kubernetes;

/// <summary>A refusal of the fake API server, in the words and with the fields of the real one.</summary>
public sealed class ApiErrorException(int code, string reason, string message, JsonObject? details = null) : Exception(message)
{
    public int Code => code;

    public int? RetryAfterSeconds { get; init; }

    public static ApiErrorException NotFound(ResourcePath path) =>
        new(404, "NotFound", $"{path.Qualified} \"{path.Name}\" not found", Details(path));

    public static ApiErrorException AlreadyExists(ResourcePath path, string name) =>
        new(409, "AlreadyExists", $"{path.Qualified} \"{name}\" already exists", Details(path with { Name = name }));

    public static ApiErrorException Conflict(ResourcePath path, string why) =>
        new(409, "Conflict", $"Operation cannot be fulfilled on {path.Qualified} \"{path.Name}\": {why}", Details(path));

    public static ApiErrorException Invalid(ResourcePath path, string field, string why) =>
        new(422, "Invalid", $"{path.Qualified} \"{path.Name}\" is invalid: {field}: {why}", Details(path, ("FieldValueInvalid", why, field)));

    public static ApiErrorException Expired(string what) => new(410, "Expired", what);

    public static ApiErrorException BadRequest(string message) => new(400, "BadRequest", message);

    public static ApiErrorException Forbidden(ResourcePath path, string why) =>
        new(403, "Forbidden", $"{path.Qualified} \"{path.Name}\" is forbidden: {why}", Details(path));

    public static ApiErrorException NamespaceTerminating(ResourcePath path)
    {
        var why = $"unable to create new content in namespace {path.NamespaceName} because it is being terminated";
        var cause = ("NamespaceTerminating", $"namespace {path.NamespaceName} is being terminated", "metadata.namespace");
        return new(403, "Forbidden", $"{path.Qualified} \"{path.Name}\" is forbidden: {why}", Details(path, cause));
    }

    public static ApiErrorException Unauthorized() => new(401, "Unauthorized", "Unauthorized");

    public static ApiErrorException TooManyRequests(int retryAfterSeconds, string message = "Too many requests, please try again later.") =>
        new(429, "TooManyRequests", message, new JsonObject { ["retryAfterSeconds"] = retryAfterSeconds }) { RetryAfterSeconds = retryAfterSeconds };

    public JsonObject ToStatus()
    {
        var status = new JsonObject
        {
            ["kind"] = "Status",
            ["apiVersion"] = "v1",
            ["metadata"] = new JsonObject(),
            ["status"] = "Failure",
            ["message"] = Message,
            ["reason"] = reason,
        };
        if (details is not null)
        {
            status["details"] = details.DeepClone();
        }

        status["code"] = code;
        return status;
    }

    private static JsonObject Details(ResourcePath path, params (string Reason, string Message, string Field)[] causes)
    {
        var result = new JsonObject { ["name"] = path.Name, ["group"] = path.Group, ["kind"] = path.Plural };
        if (causes.Length > 0)
        {
            result["causes"] = new JsonArray(
                [.. causes.Select(cause => new JsonObject { ["reason"] = cause.Reason, ["message"] = cause.Message, ["field"] = cause.Field })]);
        }

        return result;
    }
}
