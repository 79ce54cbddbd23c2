using System.Net.Sockets;

namespace Executor.TestKit.S3;

/// <summary>
/// The S3 server that tests run against: that of <c>S3_ENDPOINT</c>, <c>S3_BUCKET</c>, <c>AWS_ACCESS_KEY_ID</c>, <c>AWS_SECRET_ACCESS_KEY</c> and, where they are set,
/// <c>S3_REGION</c>, <c>S3_PATH_STYLE</c> (<c>false</c> for the bucket in the host's name), <c>S3_DOMAIN</c> (the host's name below which it takes others for buckets) and
/// <c>S3_KMS_KEY</c> (a key that it can encrypt by); else that of the lab (<c>scripts/s3 up</c>). The bucket must be there.
/// </summary>
public sealed class S3Server
{
    private readonly IReadOnlyDictionary<string, string> _settings;

    private S3Server(IReadOnlyDictionary<string, string> settings) => _settings = settings;

    /// <summary>Where it is.</summary>
    public Uri Endpoint => new(_settings["S3_ENDPOINT"]);

    /// <summary>The region that requests are signed for.</summary>
    public string Region => _settings.GetValueOrDefault("S3_REGION", "us-east-1");

    /// <summary>The bucket to work in.</summary>
    public string Bucket => _settings["S3_BUCKET"];

    /// <summary>The access key's id.</summary>
    public string AccessKey => _settings["AWS_ACCESS_KEY_ID"];

    /// <summary>The access key's secret.</summary>
    public string SecretKey => _settings["AWS_SECRET_ACCESS_KEY"];

    /// <summary>Whether the bucket is named in the path.</summary>
    public bool UsePathStyle => _settings.GetValueOrDefault("S3_PATH_STYLE") != "false";

    /// <summary>The name of a host, as the server understands it, below which the names of others are those of buckets.</summary>
    public string RequireDomain() => Require("S3_DOMAIN", "no domain of its own for buckets in the host's name");

    /// <summary>The id of a key that the server's key service knows.</summary>
    public string RequireEncryptionKey() => Require("S3_KMS_KEY", "no key to encrypt by");

    private static string LabFile => Path.Combine(ExternalPart.Lab, "s3", "env");

    /// <summary>
    /// The server. Where none is to be had the calling test is skipped with the reason, or fails if <c>EXECUTOR_TESTS_REQUIRE_PARTS=1</c>. One that
    /// does not answer is as good as missing.
    /// </summary>
    public static S3Server Locate()
    {
        var server = Find();
        try
        {
            using var connection = new TcpClient(server.Endpoint.Host, server.Endpoint.Port);
        }
        catch (SocketException e)
        {
            ExternalPart.Missing($"the S3 server at {server.Endpoint} does not answer: {e.Message}");
        }

        return server;
    }

    private string Require(string setting, string missing)
    {
        if (!_settings.ContainsKey(setting))
        {
            ExternalPart.Missing($"the S3 server has {missing}: {setting} is not set; if it is that of the lab, it is an older one: scripts/s3 down, and up again");
        }

        return _settings[setting];
    }

    private static S3Server Find()
    {
        string[] needed = ["S3_ENDPOINT", "S3_BUCKET", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"];
        if (Environment.GetEnvironmentVariable(needed[0]) is { Length: > 0 })
        {
            var settings = ((string[])[.. needed, "S3_REGION", "S3_PATH_STYLE", "S3_DOMAIN", "S3_KMS_KEY"])
                .Select(name => (Name: name, Value: Environment.GetEnvironmentVariable(name)))
                .Where(setting => setting.Value is { Length: > 0 })
                .ToDictionary(setting => setting.Name, setting => setting.Value!);
            if (needed.FirstOrDefault(name => !settings.ContainsKey(name)) is { } missing)
            {
                ExternalPart.Missing($"S3_ENDPOINT is set, but {missing} is not");
            }

            return new S3Server(settings);
        }

        if (!File.Exists(LabFile))
        {
            ExternalPart.Missing($"there is no S3 server: S3_ENDPOINT is not set, and {LabFile} is missing; scripts/s3 up brings one");
        }

        return new S3Server(File.ReadLines(LabFile).Select(line => line.Split('=', 2)).ToDictionary(line => line[0], line => line[1]));
    }
}
