using System.Text;
using Executor.Grpc;

namespace Executor.Flight.AspNetCore.Authentication;

/// <summary>What a call's headers say about who calls.</summary>
/// <param name="Token">The token or password; null for none.</param>
/// <param name="IsBasic">Whether it came as the password of <c>Basic</c>, so that the answer must hand out a Bearer token.</param>
internal readonly record struct Credentials(string? Token, bool IsBasic)
{
    private const string Bearer = "Bearer ";
    private const string Basic = "Basic ";

    public static Credentials Read(Metadata headers)
    {
        var authorization = headers.GetValue("authorization");
        if (authorization is null)
        {
            return new Credentials(headers.GetValueBytes("auth-token-bin") is { } token ? Encoding.UTF8.GetString(token) : null, false);
        }

        if (authorization.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase))
        {
            return new Credentials(authorization[Bearer.Length..].Trim(), false);
        }

        return authorization.StartsWith(Basic, StringComparison.OrdinalIgnoreCase)
            ? new Credentials(ReadPassword(authorization[Basic.Length..].Trim()), true)
            : throw Invalid("expected Bearer or Basic");
    }

    /// <summary>The type alone: the token is secret.</summary>
    public override string ToString() => nameof(Credentials);

    private static string ReadPassword(string value)
    {
        var bytes = new byte[value.Length];
        if (!Convert.TryFromBase64String(value, bytes, out var length))
        {
            throw Invalid("Basic is not followed by base64");
        }

        var text = Encoding.UTF8.GetString(bytes, 0, length);
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        return colon < 0 ? throw Invalid("Basic holds no USER:PASSWORD") : text[(colon + 1)..];
    }

    private static RpcException Invalid(string problem) => new(new Status(StatusCode.Unauthenticated, $"The authorization header is not valid: {problem}."));
}
