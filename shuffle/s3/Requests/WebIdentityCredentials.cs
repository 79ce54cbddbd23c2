using System.Globalization;
using System.Net;
using System.Xml;
using System.Xml.Linq;
using Amazon.Runtime;
using Executor.Shuffle.Engine.Objects;

namespace Executor.Shuffle.S3.Requests;

/// <summary>
/// Keys of a role that is had for a token, as the service account of a pod has one (IRSA): one unsigned request to the token service, made again five minutes
/// before the keys expire. The SDK has this in a second package, which it finds by reflection and a trimmed program loses. Thread-safe.
/// </summary>
internal sealed class WebIdentityCredentials : RefreshingAWSCredentials
{
    private const string RoleVariable = "AWS_ROLE_ARN";
    private const string TokenFileVariable = "AWS_WEB_IDENTITY_TOKEN_FILE";
    private const string SessionVariable = "AWS_ROLE_SESSION_NAME";
    private const string ServiceVariable = "AWS_ENDPOINT_URL_STS";
    private const string StandardSession = "executor-shuffle-store";

    private static readonly XNamespace Results = "https://sts.amazonaws.com/doc/2011-06-15/";
    private static readonly TimeSpan RenewBefore = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan AnswerLimit = TimeSpan.FromSeconds(10);

    private readonly HttpClient _client = new() { Timeout = AnswerLimit };
    private readonly string _role;
    private readonly string _tokenFile;
    private readonly Uri _service;

    private WebIdentityCredentials(string role, string tokenFile, Uri service)
    {
        (_role, _tokenFile, _service) = (role, tokenFile, service);
        PreemptExpiryTime = RenewBefore;
    }

    /// <summary>What the environment says; null where it says nothing of a token and a role.</summary>
    /// <param name="region">The bucket's region; that of the environment if null.</param>
    internal static WebIdentityCredentials? FromEnvironment(string? region)
    {
        if (Variable(RoleVariable) is not { } role || Variable(TokenFileVariable) is not { } tokenFile)
        {
            return null;
        }

        region ??= Variable("AWS_REGION") ?? Variable("AWS_DEFAULT_REGION");
        var service = Variable(ServiceVariable) ?? (region is null
            ? "https://sts.amazonaws.com"
            : $"https://sts.{region}.amazonaws.com{(region.StartsWith("cn-", StringComparison.Ordinal) ? ".cn" : "")}");
        return Uri.TryCreate(service, UriKind.Absolute, out var address) && address.Scheme is "https" or "http"
            ? new WebIdentityCredentials(role, tokenFile, address)
            : throw new ObjectStoreException(ObjectStoreError.Failed, $"{ServiceVariable}: '{service}', expected https://HOST or http://HOST:PORT");
    }

    /// <inheritdoc/>
    protected override async Task<CredentialsRefreshState> GenerateNewCredentialsAsync()
    {
        using var request = new FormUrlEncodedContent(new Dictionary<string, string>
        {
            ["Action"] = "AssumeRoleWithWebIdentity",
            ["Version"] = "2011-06-15",
            ["RoleArn"] = _role,
            ["RoleSessionName"] = Variable(SessionVariable) ?? StandardSession,
            ["WebIdentityToken"] = await ReadTokenAsync(),
        });
        using var response = await _client.PostAsync(_service, request);
        if (response.StatusCode >= HttpStatusCode.InternalServerError)
        {
            throw new HttpRequestException($"the token service {_service.Host} answered with {(int)response.StatusCode}", null, response.StatusCode);
        }

        return Read(await response.Content.ReadAsStringAsync(), response.StatusCode);
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _client.Dispose();
        }

        base.Dispose(disposing);
    }

    private CredentialsRefreshState Read(string answer, HttpStatusCode status)
    {
        try
        {
            var document = XDocument.Parse(answer);
            if (status != HttpStatusCode.OK)
            {
                throw Refused($"{document.Descendants(Results + "Message").FirstOrDefault()?.Value} ({(int)status} {document.Descendants(Results + "Code").FirstOrDefault()?.Value})");
            }

            var keys = document.Descendants(Results + "Credentials").FirstOrDefault();
            if (keys?.Element(Results + "AccessKeyId")?.Value is { Length: > 0 } id && keys.Element(Results + "SecretAccessKey")?.Value is { Length: > 0 } secret
                && keys.Element(Results + "SessionToken")?.Value is { Length: > 0 } session
                && DateTimeOffset.TryParse(keys.Element(Results + "Expiration")?.Value, CultureInfo.InvariantCulture, out var expiration))
            {
                return new CredentialsRefreshState(new ImmutableCredentials(id, secret, session), expiration.UtcDateTime);
            }

            throw Refused("the answer names no keys");
        }
        catch (XmlException)
        {
            // Without the text: it may hold keys.
            throw Refused($"the answer, with status {(int)status}, is no XML");
        }
    }

    private async Task<string> ReadTokenAsync()
    {
        try
        {
            return (await File.ReadAllTextAsync(_tokenFile)).Trim();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new ObjectStoreException(ObjectStoreError.Denied, $"{TokenFileVariable}: the token cannot be read: {exception.Message}", exception);
        }
    }

    private ObjectStoreException Refused(string reason) =>
        new(ObjectStoreError.Denied, $"the token service {_service.Host} gives no keys of role {_role}: {reason}");

    private static string? Variable(string name) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;
}
