using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Executor.Kubernetes.Models;

namespace Executor.Kubernetes.Client;

/// <summary>Makes the exception for an answer that is not a success.</summary>
internal static class ApiFailure
{
    private const int MaxBodyBytes = 64 * 1024;
    private const int MaxTextLength = 1000;

    public static async Task<KubernetesException> ReadAsync(
        HttpResponseMessage response, ApiRequest request, TimeProvider time, CancellationToken cancellationToken)
    {
        var body = await ReadBodyAsync(response, cancellationToken);
        var status = Parse(body) ?? new V1Status { Status = "Failure", Reason = response.ReasonPhrase, Message = Text(body) };
        status.Code = (int)response.StatusCode;
        return new KubernetesException(status, request.ToString(), RetryAfter(response.Headers.RetryAfter, time));
    }

    private static TimeSpan? RetryAfter(RetryConditionHeaderValue? header, TimeProvider time) =>
        header?.Delta ?? (header?.Date is { } date && date > time.GetUtcNow() ? date - time.GetUtcNow() : null);

    private static async Task<byte[]> ReadBodyAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        try
        {
            await using var stream = await response.Content.ReadAsStreamAsync(cancellationToken);
            var buffer = new byte[MaxBodyBytes];
            var length = await stream.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken);
            return buffer[..length];
        }
        catch (Exception e) when (e is IOException or HttpRequestException)
        {
            // The status line alone decides; its text is a help.
            return [];
        }
    }

    private static V1Status? Parse(byte[] body)
    {
        try
        {
            return JsonKind.Of(body) == "Status" ? JsonSerializer.Deserialize(body, KubernetesJsonContext.Default.V1Status) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static string Text(byte[] body)
    {
        var text = Encoding.UTF8.GetString(body).Trim();
        return text.Length > MaxTextLength ? text[..MaxTextLength] + "..." : text;
    }
}

/// <summary>Looks at the <c>kind</c> of an object before it is read as one.</summary>
internal static class JsonKind
{
    /// <summary>The kind; null when there is none.</summary>
    /// <exception cref="JsonException">The bytes are not JSON.</exception>
    public static string? Of(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
        {
            return null;
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isKind = reader.ValueTextEquals("kind"u8);
            reader.Read();
            if (isKind)
            {
                return reader.TokenType == JsonTokenType.String ? reader.GetString() : null;
            }

            reader.Skip();
        }

        return null;
    }
}
