using System.Text.Json.Nodes;
using Executor.Kubernetes.Config;
using Executor.TestKit;
using Executor.TestKit.Certificates;

namespace Kubernetes.Tests.Config;

public sealed class ChangingCredentialsTests : IDisposable
{
    private const string V1 = "client.authentication.k8s.io/v1";
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("credentials-");
    private readonly ManualTime _time = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task A_token_file_is_read_anew_after_a_minute_and_the_credential_stays_the_same_until_it_changes()
    {
        var path = Write("token", "one\n");
        var credentials = new TokenFileCredentials(path, path, _time);

        var first = await credentials.GetAsync(Cancellation);
        Write("token", "two");
        _time.Advance(TimeSpan.FromSeconds(59));
        Assert.Same(first, await credentials.GetAsync(Cancellation));
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal("two", (await credentials.GetAsync(Cancellation)).Authorization!.Parameter);
    }

    [Fact]
    public async Task A_token_that_was_refused_is_read_anew_at_once()
    {
        var path = Write("token", "one");
        var credentials = new TokenFileCredentials(path, path, _time);
        var first = await credentials.GetAsync(Cancellation);

        Assert.False(credentials.Invalidate(first));
        Write("token", "two");
        Assert.True(credentials.Invalidate(first));
        Assert.Equal("two", (await credentials.GetAsync(Cancellation)).Authorization!.Parameter);
    }

    [Fact]
    public async Task A_token_file_that_is_gone_for_a_moment_leaves_the_last_token_in_use()
    {
        var path = Write("token", "one");
        var credentials = new TokenFileCredentials(path, path, _time);
        var first = await credentials.GetAsync(Cancellation);

        File.Delete(path);
        _time.Advance(TimeSpan.FromMinutes(2));
        Assert.Same(first, await credentials.GetAsync(Cancellation));
        var fresh = new TokenFileCredentials(path, path, _time);
        await Assert.ThrowsAsync<KubeConfigException>(async () => await fresh.GetAsync(Cancellation));
    }

    [Fact]
    public async Task A_pods_service_account_is_found_by_its_variables_and_files()
    {
        using var authority = new TestAuthority();
        Write("token", "sesame");
        Write("ca.crt", authority.CertificatePem);
        Write("namespace", "batch\n");

        Assert.True(KubernetesClientConfiguration.IsInCluster(_folder.FullName, Variables("fd00::1", "443")));
        var configuration = KubernetesClientConfiguration.InClusterConfig(_folder.FullName, Variables("fd00::1", "443"), _time);

        Assert.Equal(("https://[fd00::1]/", "batch"), (configuration.Host.ToString(), configuration.Namespace));
        Assert.Single(configuration.SslCaCerts!);
        Assert.Equal("sesame", (await configuration.Credentials!.GetAsync(Cancellation)).Authorization!.Parameter);
    }

    [Fact]
    public void Outside_of_a_pod_the_error_names_what_is_missing()
    {
        Assert.False(KubernetesClientConfiguration.IsInCluster(_folder.FullName, _ => null));
        Assert.Contains(
            "KUBERNETES_SERVICE_HOST",
            Assert.Throws<KubeConfigException>(() => KubernetesClientConfiguration.InClusterConfig(_folder.FullName, _ => null, _time)).Message,
            StringComparison.Ordinal);
        Assert.Contains(
            "automountServiceAccountToken",
            Assert.Throws<KubeConfigException>(
                () => KubernetesClientConfiguration.InClusterConfig(_folder.FullName, Variables("h", "1"), _time)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_plugins_token_is_kept_until_it_expires()
    {
        var runner = new ScriptedRunner(Token("one", _time.GetUtcNow().AddMinutes(10)), Token("two", null));
        using var credentials = new ExecCredentials(Plugin("x"), runner, _time);

        var first = await credentials.GetAsync(Cancellation);
        Assert.Same(first, await credentials.GetAsync(Cancellation));
        _time.Advance(TimeSpan.FromMinutes(10));
        var second = await credentials.GetAsync(Cancellation);
        Assert.Equal("two", second.Authorization!.Parameter);
        _time.Advance(TimeSpan.FromDays(10));
        Assert.Same(second, await credentials.GetAsync(Cancellation));
    }

    [Fact]
    public async Task A_plugin_runs_again_after_a_refusal_once_for_all_callers()
    {
        var runner = new ScriptedRunner(Token("one", null), Token("two", null));
        using var credentials = new ExecCredentials(Plugin("x"), runner, _time);
        var first = await credentials.GetAsync(Cancellation);

        Assert.True(credentials.Invalidate(first));
        var second = await credentials.GetAsync(Cancellation);
        Assert.True(credentials.Invalidate(first));
        Assert.Same(second, await credentials.GetAsync(Cancellation));
    }

    [Fact]
    public async Task A_plugin_may_give_a_certificate()
    {
        using var authority = new TestAuthority();
        var (certificate, key) = authority.Client("ann");
        var status = new JsonObject { ["clientCertificateData"] = certificate, ["clientKeyData"] = key };
        using var credentials = new ExecCredentials(Plugin("x"), new ScriptedRunner(Output(status)), _time);

        var credential = await credentials.GetAsync(Cancellation);

        Assert.Equal("CN=ann", credential.Certificate!.Subject);
        Assert.True(credential.Certificate.HasPrivateKey);
        Assert.Null(credential.Authorization);
    }

    [Theory]
    [InlineData("secret", "not JSON")]
    [InlineData("""{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1beta1","status":{"token":"secret"}}""", "expected 'ExecCredential' of 'client.authentication.k8s.io/v1'")]
    [InlineData("""{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1"}""", "neither token nor certificate")]
    [InlineData("""{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1","status":{"token":"secret","clientKeyData":"secret"}}""", "expected both or none")]
    public async Task Wrong_output_of_a_plugin_is_refused_without_repeating_it(string output, string expected)
    {
        using var credentials = new ExecCredentials(Plugin("x"), new ScriptedRunner(output), _time);

        var error = await Assert.ThrowsAsync<KubeConfigException>(() => credentials.GetAsync(Cancellation).AsTask());
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_real_plugin_gets_its_arguments_its_variables_and_the_cluster()
    {
        Script("plugin", """
            printf '{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1","status":{"token":"%s-%s"}}' "$1" "$STAGE"
            printf '%s' "$KUBERNETES_EXEC_INFO" > "$2"
            """);
        var info = Path.Combine(_folder.FullName, "info");
        var configuration = KubernetesClientConfiguration.BuildConfigFromConfigFile(Write("config", $$$"""
            current-context: c
            contexts: [{name: c, context: {cluster: k, user: u}}]
            clusters:
            - name: k
              cluster:
                server: https://a
                extensions: [{name: client.authentication.k8s.io/exec, extension: {audience: x, level: 3, on: true, text: "3"}}]
            users:
            - name: u
              user:
                exec:
                  apiVersion: {{{V1}}}
                  command: ./plugin
                  args: [sesame, {{{info}}}]
                  env: [{name: STAGE, value: test}]
                  provideClusterInfo: true
                  interactiveMode: Never
            """));

        Assert.Equal("sesame-test", (await configuration.Credentials!.GetAsync(Cancellation)).Authorization!.Parameter);
        Assert.Equal(
            """{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1","spec":{"interactive":false,"cluster":{"server":"https://a","config":{"audience":"x","level":3,"on":true,"text":"3"}}}}""",
            await File.ReadAllTextAsync(info, Cancellation));
    }

    [Fact]
    public async Task A_plugin_that_fails_is_quoted()
    {
        Script("plugin", "echo 'please log in' >&2; exit 3");

        var error = await Assert.ThrowsAsync<KubeConfigException>(
            () => new ExecPluginProcess(_time).RunAsync(Plugin(Path.Combine(_folder.FullName, "plugin")), Cancellation));
        Assert.Contains("ended with code 3: please log in", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_plugin_that_is_not_installed_is_named_with_its_hint()
    {
        var error = await Assert.ThrowsAsync<KubeConfigException>(
            () => new ExecPluginProcess(_time).RunAsync(Plugin("no-such-plugin-here") with { InstallHint = "Install it first." }, Cancellation));
        Assert.Contains("'no-such-plugin-here' cannot be started", error.Message, StringComparison.Ordinal);
        Assert.Contains("Install it first.", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_plugin_that_hangs_is_ended_after_a_minute()
    {
        Script("plugin", "sleep 1000");
        var run = new ExecPluginProcess(_time).RunAsync(Plugin(Path.Combine(_folder.FullName, "plugin")), Cancellation);

        await _time.WhenTimerRunsAsync(due => due == TimeSpan.FromMinutes(1), Cancellation);
        _time.Advance(TimeSpan.FromMinutes(1));

        Assert.Contains("did not end within 60 s", (await Assert.ThrowsAsync<KubeConfigException>(() => run)).Message, StringComparison.Ordinal);
    }

    private static Func<string, string?> Variables(string host, string port) => name => name switch
    {
        "KUBERNETES_SERVICE_HOST" => host,
        "KUBERNETES_SERVICE_PORT" => port,
        _ => null,
    };

    private static string Output(JsonObject status) =>
        new JsonObject { ["kind"] = "ExecCredential", ["apiVersion"] = V1, ["status"] = status }.ToJsonString();

    private static string Token(string token, DateTimeOffset? expiry) =>
        Output(new JsonObject { ["token"] = token, ["expirationTimestamp"] = expiry?.ToString("O") });

    private ExecPlugin Plugin(string command) => new("users[0]", V1, command, [], [], _folder.FullName, false, null, null);

    private string Write(string name, string text)
    {
        var path = Path.Combine(_folder.FullName, name);
        File.WriteAllText(path, text);
        return path;
    }

    private void Script(string name, string text)
    {
        var path = Write(name, "#!/bin/sh\n" + text + "\n");
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    private sealed class ScriptedRunner(params string[] outputs) : IExecPluginRunner
    {
        private int _next;

        public Task<byte[]> RunAsync(ExecPlugin plugin, CancellationToken cancellationToken) =>
            Task.FromResult(System.Text.Encoding.UTF8.GetBytes(outputs[_next++]));
    }
}
