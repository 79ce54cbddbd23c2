using System.CommandLine;
using System.Globalization;
using Executor.Shuffle.S3.Configuration;

namespace Executor.ShuffleStore.Hosting;

/// <summary>The flags that put a bucket in the place of a folder.</summary>
internal sealed class S3Flags
{
    private const string Aes256 = "AES256";
    private const string Kms = "aws:kms";

    private readonly Option<string?> _bucket = Text("--s3-bucket", "Bucket that holds the objects, in place of a folder; it must exist.", "NAME");
    private readonly Option<string?> _endpoint = Text("--s3-endpoint", "Server of the bucket; by default Amazon's of the region.", "URL");
    private readonly Option<string?> _region = Text("--s3-region", "Region of the bucket; by default us-east-1 with --s3-endpoint, else the AWS SDK's.", "NAME");
    private readonly Option<string?> _prefix = Text("--s3-prefix", "What the keys of all objects begin with; ends with '/'.", "PREFIX");
    private readonly Option<bool> _pathStyle = new("--s3-path-style") { Description = "Name the bucket in the path instead of in the host's name, as most servers but Amazon's want it." };
    private readonly Option<string?> _accessKeyFile = Text("--s3-access-key-file", "File with the access key's id; by default the AWS SDK looks for keys: environment, profile, role.", "FILE");
    private readonly Option<string?> _secretKeyFile = Text("--s3-secret-key-file", "File with the secret key. Both are read again every minute.", "FILE");
    private readonly Option<string?> _sessionTokenFile = Text("--s3-session-token-file", "File with the session token of temporary keys.", "FILE");
    private readonly Option<string?> _caFile = Text("--s3-ca-file", "File of certificates in PEM which alone may sign the server's; by default those of the system.", "FILE");
    private readonly Option<string?> _encryption = Text("--s3-encryption", $"How the server encrypts what it keeps: {Aes256} or {Kms}; by default as the bucket says.", "METHOD");
    private readonly Option<string?> _kmsKey = Text("--s3-kms-key", $"Key for --s3-encryption {Kms}; by default the service's.", "ID");
    private readonly Option<int?> _part = Number("--s3-part-mib", "Size of the parts that longer objects are put and read in, in MiB; 16 by default.", 5, 512);
    private readonly Option<int?> _parallelism = Number("--s3-parallelism", "Parts of one object under way at a time; 4 by default.", 1, 64);
    private readonly Option<int?> _timeout = Number("--s3-timeout-seconds", "How long one request may take before it is tried again, in seconds; 30 by default.", 1, 3600);
    private readonly Option<int?> _tries = Number("--s3-max-tries", "How often a request is tried; 6 by default.", 1, 100);

    /// <summary>All of them, for the command.</summary>
    internal IEnumerable<Option> All =>
    [
        _bucket, _endpoint, _region, _prefix, _pathStyle, _accessKeyFile, _secretKeyFile, _sessionTokenFile, _caFile, _encryption, _kmsKey, _part, _parallelism,
        _timeout, _tries,
    ];

    /// <summary>What the flags contradict in each other and in the rest of the command line; null if nothing.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="directory">The folder that it names.</param>
    /// <param name="keyFile">The key file that it names.</param>
    /// <param name="bucket">The options of the bucket, where nothing is contradicted; null if the flags name none.</param>
    internal string? Contradiction(ParseResult parsed, string? directory, string? keyFile, out S3ObjectStoreOptions? bucket)
    {
        bucket = null;
        if (parsed.GetValue(_bucket) is not { } name)
        {
            return All.FirstOrDefault(option => parsed.GetResult(option) is { Implicit: false }) is { } lonely ? $"{lonely.Name}: only with --s3-bucket"
                : directory is null ? "--directory or --s3-bucket is needed"
                : null;
        }

        return directory is not null ? "--directory and --s3-bucket exclude each other"
            : keyFile is null ? "--key-file is needed with --s3-bucket: all processes that share a bucket share a master key"
            : parsed.GetValue(_accessKeyFile) is null != parsed.GetValue(_secretKeyFile) is null ? "--s3-access-key-file and --s3-secret-key-file go together"
            : parsed.GetValue(_sessionTokenFile) is not null && parsed.GetValue(_accessKeyFile) is null ? "--s3-session-token-file: only with --s3-access-key-file"
            : parsed.GetValue(_encryption) is not (null or Aes256 or Kms) and var method ? $"--s3-encryption: '{method}', expected {Aes256} or {Kms}"
            : parsed.GetValue(_kmsKey) is not null && parsed.GetValue(_encryption) != Kms ? $"--s3-kms-key: only with --s3-encryption {Kms}"
            : parsed.GetValue(_endpoint) is { } endpoint && !Uri.TryCreate(endpoint, UriKind.Absolute, out _) ? "--s3-endpoint: expected http://HOST:PORT or https://HOST:PORT"
            : parsed.GetValue(_caFile) is not null && parsed.GetValue(_endpoint)?.StartsWith("http:", StringComparison.OrdinalIgnoreCase) == true ? "--s3-ca-file: only with an --s3-endpoint of https"
            : MissingFile(parsed) ?? Invalid(bucket = Options(parsed, name));
    }

    private S3ObjectStoreOptions Options(ParseResult parsed, string bucket)
    {
        var standard = new S3ObjectStoreOptions { Bucket = bucket };
        return standard with
        {
            Endpoint = parsed.GetValue(_endpoint) is { } endpoint ? new Uri(endpoint) : null,
            Region = parsed.GetValue(_region),
            Prefix = parsed.GetValue(_prefix) ?? "",
            UsePathStyle = parsed.GetValue(_pathStyle),
            KeyFiles = parsed.GetValue(_accessKeyFile) is { } accessKeyFile
                ? new S3KeyFiles(accessKeyFile, parsed.GetValue(_secretKeyFile)!, parsed.GetValue(_sessionTokenFile))
                : null,
            CaFile = parsed.GetValue(_caFile),
            Encryption = parsed.GetValue(_encryption) switch
            {
                null => null,
                Aes256 => S3Encryption.Aes256,
                _ => S3Encryption.Kms(parsed.GetValue(_kmsKey)),
            },
            PartBytes = parsed.GetValue(_part) is { } mib ? mib << 20 : standard.PartBytes,
            Parallelism = parsed.GetValue(_parallelism) ?? standard.Parallelism,
            RequestTimeout = parsed.GetValue(_timeout) is { } seconds ? TimeSpan.FromSeconds(seconds) : standard.RequestTimeout,
            MaxTries = parsed.GetValue(_tries) ?? standard.MaxTries,
        };
    }

    private string? MissingFile(ParseResult parsed) =>
        new[] { _accessKeyFile, _secretKeyFile, _sessionTokenFile, _caFile }
            .FirstOrDefault(option => parsed.GetValue(option) is { } file && !File.Exists(file)) is { } missing
            ? $"{missing.Name}: there is no file {parsed.GetValue(missing)}"
            : null;

    private static string? Invalid(S3ObjectStoreOptions options)
    {
        try
        {
            options.Validate();
            return null;
        }
        catch (ArgumentException exception)
        {
            // It begins with the option's name, and the flag that is not bounded already is called the same.
            return $"--s3-{exception.Message[..1].ToLowerInvariant()}{exception.Message[1..]}";
        }
    }

    private static Option<string?> Text(string name, string description, string value) => new(name) { Description = description, HelpName = value };

    private static Option<int?> Number(string name, string description, int least, int most)
    {
        var option = new Option<int?>(name) { Description = description, HelpName = "N" };
        option.Validators.Add(result =>
        {
            if (result.Tokens is [var token] && int.TryParse(token.Value, NumberStyles.Integer, CultureInfo.InvariantCulture, out var value) && (value < least || value > most))
            {
                result.AddError(string.Create(CultureInfo.InvariantCulture, $"{name}: {value}, expected {least} to {most}"));
            }
        });
        return option;
    }
}
