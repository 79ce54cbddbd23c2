using System.Text.Json;
using Executor.Shuffle.Channel;
using Executor.Shuffle.Channel.Flight;
using Executor.TestKit.S3;
using Shuffle.Tests.Channels;
using Shuffle.Tests.Objects.S3;

namespace Shuffle.Tests.Hosting;

/// <summary>Store processes on a bucket of a real server.</summary>
public sealed class S3StoreProcessTests
{
    private const string Run = "run-1";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_one_process_acknowledged_another_one_of_the_same_bucket_serves_after_the_first_was_killed()
    {
        await using var bucket = new TestBucket();
        using var folder = new TemporaryFolder();
        var keyFile = Path.Combine(folder.Path, "store.key");
        using var first = await StoreProcess.StartAsync(keyFile, 0, Token, bucket.Flags(bucket.Server.Endpoint));
        using var second = await StoreProcess.StartAsync(keyFile, 0, Token, bucket.Flags(bucket.Server.Endpoint));
        var payload = SampleData.Numbers(new Random(1), 250_000);
        await using (var channel = Channel(first))
        {
            var done = await SampleData.WriteAsync(channel, SampleData.Writer(Run, 0), 2, Enumerable.Range(0, 24).Select(i => (i % 2, payload)), Token);
            await channel.CommitAsync(done, Token);
        }

        first.Kill();
        await using var reading = Channel(second);
        await using var records = new FlightRunRecords(Options(second));
        await records.SealAsync(SampleData.SealOf(Run, 2, 0), Token);
        var blocks = 0;
        await foreach (var block in reading.ReadAsync(new ReadSelection(new SealId(Run, SampleData.Output, 0)), Token))
        {
            Assert.Equal(payload.Length, block.Payload.Length);
            blocks++;
        }

        Assert.Equal(24, blocks);
        Assert.Empty((await records.VerifyAsync(Run, Token)).Losses);
        Assert.Equal(0, await second.TerminateAsync(Token));
    }

    [Fact]
    public async Task Data_passes_a_store_whose_bucket_fails_now_and_then()
    {
        const int seed = 20263;
        TestContext.Current.TestOutputHelper!.WriteLine($"seed {seed}");
        await using var bucket = new TestBucket();
        using var folder = new TemporaryFolder();
        var faults = new SeededFaults(
            seed, 0.15, ProxyFault.InternalError, ProxyFault.SlowDown, ProxyFault.ResetBefore, ProxyFault.ResetAfter, ProxyFault.ShortBody, ProxyFault.Trickle);
        await using var proxy = await FaultProxy.StartAsync(bucket.Server.Endpoint, _ => faults.Next());
        using var store = await StoreProcess.StartAsync(Path.Combine(folder.Path, "store.key"), 0, Token, [.. bucket.Flags(proxy.Address), "--s3-max-tries", "12"]);
        await using var channel = Channel(store);
        await using var records = new FlightRunRecords(Options(store));
        var payload = SampleData.Numbers(new Random(2), 20_000);
        for (var index = 0; index < 5; index++)
        {
            var done = await SampleData.WriteAsync(channel, SampleData.Writer(Run, index), 1, Enumerable.Repeat((0, payload), 4), Token);
            Assert.True((await channel.CommitAsync(done, Token)).Won);
        }

        await records.SealAsync(SampleData.SealOf(Run, 1, 0, 0, 0, 0, 0), Token);
        var blocks = 0;
        await foreach (var block in channel.ReadAsync(new ReadSelection(new SealId(Run, SampleData.Output, 0)), Token))
        {
            Assert.Equal(payload.Length, block.Payload.Length);
            blocks++;
        }

        Assert.Equal(20, blocks);
        Assert.Contains(proxy.Requests, entry => entry.Fault is not null);
    }

    [Fact]
    public async Task A_bucket_that_is_named_in_the_host_is_reached_through_the_proxy_that_the_environment_names()
    {
        await using var bucket = new TestBucket();
        using var folder = new TemporaryFolder();
        var host = $"{bucket.Server.RequireDomain()}:{bucket.Server.Endpoint.Port}";
        await using var proxy = await FaultProxy.StartAsync(bucket.Server.Endpoint, _ => null);
        var environment = new Dictionary<string, string> { ["http_proxy"] = proxy.Address.GetLeftPart(UriPartial.Authority), ["no_proxy"] = "", ["NO_PROXY"] = "" };
        using var store = await StoreProcess.StartAsync(
            Path.Combine(folder.Path, "store.key"), 0, environment, Token,
            [.. bucket.Flags(new Uri($"http://{host}")).Where(flag => flag != "--s3-path-style"), "--s3-part-mib", "5"]);

        // Each block is larger than two parts, so that an object of one has several, however slowly they come.
        await WriteAndReadAsync(store, blockNumbers: 1_500_000);

        Assert.All(proxy.Requests, entry => Assert.Equal($"{bucket.Server.Bucket}.{host}", entry.Request.Host));
        Assert.All(proxy.Requests, entry => Assert.Matches($"^/({bucket.Options.Prefix}|[?]list-type=2)", entry.Request.Target));
        Assert.Contains(proxy.Requests, entry => entry.Request.Target.Contains("partNumber=2", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Keys_that_the_containers_agent_gives_out_open_the_bucket()
    {
        await using var bucket = new TestBucket();
        using var folder = new TemporaryFolder();
        await using var agent = await RecordingServer.StartAsync(_ => JsonSerializer.Serialize(new
        {
            AccessKeyId = bucket.Server.AccessKey,
            SecretAccessKey = bucket.Server.SecretKey,
            Expiration = TimeProvider.System.GetUtcNow().AddHours(6).UtcDateTime,
        }));
        using var store = await StoreProcess.StartAsync(
            Path.Combine(folder.Path, "store.key"),
            0,
            new Dictionary<string, string>(WithoutKeys(folder))
            {
                ["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = $"{agent.Address}v1/credentials",
                ["AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"] = bucket.Write("token", "token-of-the-pod"),
            },
            Token,
            FlagsWithoutKeys(bucket.Flags(bucket.Server.Endpoint)));

        await WriteAndReadAsync(store, blockNumbers: 1000);

        Assert.All(agent.Requests, request => Assert.Equal("GET /v1/credentials", request.ToString()));
        Assert.All(agent.Requests, request => Assert.Equal("token-of-the-pod", request.Header("Authorization")));
        Assert.NotEmpty(agent.Requests);
    }

    [Fact]
    public async Task Keys_of_a_role_are_had_for_the_token_of_a_service_account()
    {
        using var folder = new TemporaryFolder();
        await using var tokens = await RecordingServer.StartAsync(_ => $"""
            <AssumeRoleWithWebIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleWithWebIdentityResult><Credentials>
            <AccessKeyId>key-of-the-role</AccessKeyId><SecretAccessKey>secret-of-the-role</SecretAccessKey><SessionToken>session-of-the-role</SessionToken>
            <Expiration>{TimeProvider.System.GetUtcNow().AddHours(1):O}</Expiration>
            </Credentials></AssumeRoleWithWebIdentityResult></AssumeRoleWithWebIdentityResponse>
            """);
        await using var server = await RecordingServer.StartAsync();

        // The server keeps nothing, so that the process ends with its probe; what it has asked for by then is what counts.
        var (code, error) = await StoreProcess.FailAsync(
            new Dictionary<string, string>(WithoutKeys(folder))
            {
                ["AWS_ROLE_ARN"] = "arn:aws:iam::123456789012:role/store",
                ["AWS_WEB_IDENTITY_TOKEN_FILE"] = Write(folder, "token", "token-of-the-account\n"),
                ["AWS_ENDPOINT_URL_STS"] = tokens.Address.ToString(),
            },
            Token,
            [.. BucketFlags(server), "--key-file", Path.Combine(folder.Path, "store.key"), "--listen", "127.0.0.1:0"]);

        Assert.Equal(3, code);
        var asked = Assert.Single(tokens.Requests);
        Assert.Equal(
            "Action=AssumeRoleWithWebIdentity&Version=2011-06-15&RoleArn=arn%3Aaws%3Aiam%3A%3A123456789012%3Arole%2Fstore&RoleSessionName=executor-shuffle-store&WebIdentityToken=token-of-the-account",
            asked.Body);
        Assert.Null(asked.Header("Authorization"));
        Assert.NotEmpty(server.Requests);
        Assert.All(server.Requests, request => Assert.StartsWith("AWS4-HMAC-SHA256 Credential=key-of-the-role/", request.Header("Authorization"), StringComparison.Ordinal));
        Assert.All(server.Requests, request => Assert.Equal("session-of-the-role", request.Header("x-amz-security-token")));
        Assert.DoesNotContain("secret-of-the-role", error, StringComparison.Ordinal);
        Assert.DoesNotContain("token-of-the-account", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_role_that_the_token_service_refuses_ends_the_process_with_its_reason()
    {
        using var folder = new TemporaryFolder();
        await using var tokens = await RecordingServer.StartAsync(
            _ => """<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Code>AccessDenied</Code><Message>not for you</Message></Error></ErrorResponse>""", status: 403);
        await using var server = await RecordingServer.StartAsync();

        var (code, error) = await StoreProcess.FailAsync(
            new Dictionary<string, string>(WithoutKeys(folder))
            {
                ["AWS_ROLE_ARN"] = "arn:aws:iam::123456789012:role/store",
                ["AWS_WEB_IDENTITY_TOKEN_FILE"] = Write(folder, "token", "token-of-the-account"),
                ["AWS_ENDPOINT_URL_STS"] = tokens.Address.ToString(),
            },
            Token,
            [.. BucketFlags(server), "--key-file", Path.Combine(folder.Path, "store.key"), "--listen", "127.0.0.1:0"]);

        Assert.Equal(3, code);
        Assert.Contains("arn:aws:iam::123456789012:role/store: not for you (403 AccessDenied)", error, StringComparison.Ordinal);
        Assert.DoesNotContain("token-of-the-account", error, StringComparison.Ordinal);
        Assert.Empty(server.Requests);
    }

    [Fact]
    public async Task A_bucket_that_is_missing_ends_the_process_with_its_name()
    {
        await using var bucket = new TestBucket();
        using var folder = new TemporaryFolder();
        string[] flags = [.. bucket.Flags(bucket.Server.Endpoint), "--key-file", Path.Combine(folder.Path, "store.key"), "--listen", "127.0.0.1:0"];
        flags[1] = "no-such-bucket";
        var (code, error) = await StoreProcess.FailAsync(Token, flags);
        Assert.Equal(3, code);
        Assert.Contains("'no-such-bucket'", error, StringComparison.Ordinal);
        Assert.Contains("no such bucket", error, StringComparison.Ordinal);
    }

    /// <summary>An environment in which the AWS SDK finds nothing.</summary>
    private static Dictionary<string, string> WithoutKeys(TemporaryFolder folder) => new()
    {
        ["AWS_ACCESS_KEY_ID"] = "",
        ["AWS_SECRET_ACCESS_KEY"] = "",
        ["AWS_SHARED_CREDENTIALS_FILE"] = Path.Combine(folder.Path, "none"),
        ["AWS_CONFIG_FILE"] = Path.Combine(folder.Path, "none"),
        ["AWS_EC2_METADATA_DISABLED"] = "true",
    };

    private static string[] FlagsWithoutKeys(string[] flags) => flags[..Array.IndexOf(flags, "--s3-access-key-file")];

    private static string[] BucketFlags(RecordingServer server) =>
        ["--s3-bucket", "bucket", "--s3-endpoint", server.Address.GetLeftPart(UriPartial.Authority), "--s3-path-style", "--s3-max-tries", "1"];

    private static string Write(TemporaryFolder folder, string name, string text)
    {
        var path = Path.Combine(folder.Path, name);
        File.WriteAllText(path, text);
        return path;
    }

    private static async Task WriteAndReadAsync(StoreProcess store, int blockNumbers)
    {
        await using var channel = Channel(store);
        await using var records = new FlightRunRecords(Options(store));
        var payload = SampleData.Numbers(new Random(3), blockNumbers);
        var done = await SampleData.WriteAsync(channel, SampleData.Writer(Run, 0), 1, Enumerable.Repeat((0, payload), 8), Token);
        Assert.True((await channel.CommitAsync(done, Token)).Won);
        await records.SealAsync(SampleData.SealOf(Run, 1, 0), Token);
        var blocks = 0;
        await foreach (var block in channel.ReadAsync(new ReadSelection(new SealId(Run, SampleData.Output, 0)), Token))
        {
            Assert.Equal(payload.Length, block.Payload.Length);
            blocks++;
        }

        Assert.Equal(8, blocks);
    }

    private static FlightShuffleChannel Channel(StoreProcess store) => new(Options(store));

    private static FlightChannelOptions Options(StoreProcess store) => new() { Endpoints = [store.Address], Key = store.OperatorKey, MaxTries = 20, FirstDelay = TimeSpan.FromMilliseconds(50), MaxDelay = TimeSpan.FromMilliseconds(500) };
}
