using Executor.Kubernetes.Config;
using Executor.TestKit.Certificates;

namespace Kubernetes.Tests.Config;

public sealed class KubeConfigTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("kubeconfig-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task A_token_and_a_namespace_come_from_the_current_context()
    {
        var configuration = Load("""
            apiVersion: v1
            kind: Config
            current-context: b
            clusters:
            - {name: one, cluster: {server: 'https://10.0.0.1:6443/prefix', tls-server-name: api.example, insecure-skip-tls-verify: true, proxy-url: 'socks5://p:1080'}}
            contexts:
            - {name: a, context: {cluster: one, user: nobody}}
            - {name: b, context: {cluster: one, user: somebody, namespace: batch}}
            users:
            - {name: somebody, user: {token: sesame, as: admin, as-groups: [g1, g2], as-user-extra: {reason: [test]}}}
            """);

        Assert.Equal("https://10.0.0.1:6443/prefix", configuration.Host.ToString());
        Assert.Equal(("b", "batch", "api.example", true), (configuration.CurrentContext, configuration.Namespace, configuration.TlsServerName, configuration.SkipTlsVerify));
        Assert.Equal("socks5", configuration.ProxyUrl!.Scheme);
        Assert.Equal("Bearer sesame", (await Credential(configuration)).Authorization!.ToString());
        Assert.Equal(["g1", "g2"], configuration.Impersonate!.Groups);
        Assert.Equal("reason", Assert.Single(configuration.Impersonate.Extra).Key);
        Assert.Equal("Bearer", (await Credential(configuration)).ToString());
    }

    [Fact]
    public async Task A_user_name_and_a_password_become_basic_authentication()
    {
        var configuration = Load(File("{username: ann, password: 'p:w'}"));

        Assert.Equal("Basic YW5uOnA6dw==", (await Credential(configuration)).Authorization!.ToString());
    }

    [Theory]
    [InlineData("{server: '10.0.0.1:8080'}", "http://10.0.0.1:8080/")]
    [InlineData("{server: '10.0.0.1:6443', insecure-skip-tls-verify: true}", "https://10.0.0.1:6443/")]
    public void An_address_without_a_scheme_is_secure_where_TLS_is_configured(string cluster, string address) => Assert.Equal(address, Load($$"""
        current-context: c
        contexts: [{name: c, context: {cluster: k} }]
        clusters: [{name: k, cluster: {{cluster}} }]
        """).Host.ToString());

    [Fact]
    public void A_config_in_JSON_is_read_too() => Assert.Equal("https://a/", Load("""
        {"current-context":"c","contexts":[{"name":"c","context":{"cluster":"k"}}],"clusters":[{"name":"k","cluster":{"server":"https://a"}}]}
        """).Host.ToString());

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_client_certificate_is_read_from_data_and_from_files_beside_the_config(bool rsa)
    {
        using var authority = new TestAuthority();
        var (certificate, key) = authority.Client("ann", rsa);
        System.IO.File.WriteAllText(Path.Combine(_folder.FullName, "ann.crt"), certificate + "\n" + authority.CertificatePem);
        System.IO.File.WriteAllText(Path.Combine(_folder.FullName, "ann.key"), "-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n" + key);

        var fromFiles = Load(File("{client-certificate: ann.crt, client-key: ann.key}"));
        var fromData = Load(File($"{{client-certificate-data: {Base64(certificate)}, client-key-data: {Base64(key)}}}"));

        Assert.Equal("CN=ann", fromFiles.ClientCertificate!.Subject);
        Assert.True(fromFiles.ClientCertificate.HasPrivateKey);
        Assert.Equal("CN=test-ca", Assert.Single(fromFiles.ClientCertificateChain!).Subject);
        Assert.Equal(fromFiles.ClientCertificate.Thumbprint, fromData.ClientCertificate!.Thumbprint);
        Assert.Empty(fromData.ClientCertificateChain!);
    }

    [Fact]
    public async Task Of_several_files_the_first_that_names_a_thing_counts_whole()
    {
        var first = Write("first", """
            clusters: [{name: one, cluster: {server: 'https://first'}}]
            users: [{name: ann, user: {username: ann}}]
            current-context:
            """);
        var second = Write("second", """
            current-context: c
            clusters: [{name: one, cluster: {server: 'https://second', tls-server-name: other}}, {name: two, cluster: {server: 'https://two'}}]
            contexts: [{name: c, context: {cluster: one, user: ann}}, {name: d, context: {cluster: two}}]
            users: [{name: ann, user: {token: t}}]
            """);
        var third = Write("third", "current-context: d");

        var files = KubeConfigFiles.Load([first, Path.Combine(_folder.FullName, "missing"), second, third]);
        var configuration = KubernetesClientConfiguration.Build(files.Select(null), null, TimeProvider.System);

        Assert.Equal(("c", "https://first/", null), (configuration.CurrentContext, configuration.Host.ToString(), configuration.TlsServerName));
        Assert.Equal("https://two/", KubernetesClientConfiguration.Build(files.Select("d"), null, TimeProvider.System).Host.ToString());
        Assert.Equal("Basic", (await Credential(configuration)).Authorization!.Scheme);
    }

    [Fact]
    public void The_variable_names_the_files_and_the_home_folder_stands_in_for_it()
    {
        Assert.Equal(["a", "b"], KubeConfigFiles.DefaultPaths(name => name == "KUBECONFIG" ? "a::b" : null));
        Assert.Equal(["h/.kube/config"], KubeConfigFiles.DefaultPaths(name => name == "HOME" ? "h" : null));
    }

    [Theory]
    [InlineData("clusters: [", "line 2", "not YAML")]
    [InlineData("just text", "the document", "found a scalar, expected a mapping")]
    [InlineData("kind: Pod", "kind", "found 'Pod', expected 'Config'")]
    [InlineData("clusters: {}", "clusters", "found a mapping, expected a list")]
    [InlineData("clusters: [{cluster: {}}]", "clusters[0]", "name is missing")]
    [InlineData("contexts: [{name: a, context: {cluster: b}}]", "no current-context is set", "'a'")]
    [InlineData("current-context: x\ncontexts: [{name: a, context: {cluster: b}}]", "found the context 'x'", "expected one of 'a'")]
    [InlineData("current-context: a\ncontexts: [{name: a, context: {}}]", "context 'a'", "cluster is missing")]
    [InlineData("current-context: a\ncontexts: [{name: a, context: {cluster: b}}]", "context 'a'", "found the cluster 'b', expected one of (none is defined)")]
    [InlineData("current-context: a\ncontexts: [{name: a, context: {cluster: b}}]\nclusters: [{name: b, cluster: {server: ''}}]", "clusters[0].cluster.server", "found nothing")]
    [InlineData("current-context: a\ncontexts: [{name: a, context: {cluster: b}}]\nclusters: [{name: b, cluster: {server: 'ftp://x'}}]", "clusters[0].cluster.server", "expected a URL with http or https")]
    [InlineData("current-context: a\ncontexts: [{name: a, context: {cluster: b, user: u}}]\nclusters: [{name: b, cluster: {server: 'https://x'}}]", "context 'a'", "found the user 'u'")]
    [InlineData("current-context: a\ncontexts: [{name: a, context: {cluster: b}}]\nclusters: [{name: b, cluster: {server: 'https://x', insecure-skip-tls-verify: maybe}}]", "insecure-skip-tls-verify", "expected true or false")]
    public void A_wrong_config_is_refused_with_the_place_and_what_was_expected(string text, string place, string expected)
    {
        var error = Assert.Throws<KubeConfigException>(() => Load(text));

        Assert.Contains(Path.Combine(_folder.FullName, "config"), error.Message, StringComparison.Ordinal);
        Assert.Contains(place, error.Message, StringComparison.Ordinal);
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{client-certificate-data: S0VZ, client-key-data: S0VZ}", "client-certificate-data", "found no certificate")]
    [InlineData("{client-certificate-data: '***secret'}", "client-certificate-data", "not base64")]
    [InlineData("{client-certificate: missing.crt, client-key: missing.key}", "missing.crt", "cannot be read")]
    [InlineData("{token: secret, password: secret}", "user", "expected one way to authenticate")]
    [InlineData("{token: [secret]}", "user.token", "found a list, expected a string")]
    [InlineData("{auth-provider: {name: gcp}}", "auth-provider", "found 'gcp'")]
    [InlineData("{exec: {command: secret}}", "exec.apiVersion", "client.authentication.k8s.io/v1")]
    [InlineData("{exec: {apiVersion: client.authentication.k8s.io/v1}}", "exec.command", "is missing")]
    [InlineData("{exec: {apiVersion: client.authentication.k8s.io/v1, command: x, interactiveMode: No}}", "exec.interactiveMode", "found 'No'")]
    public void A_wrong_user_is_refused_without_its_secrets(string user, string place, string expected)
    {
        var error = Assert.Throws<KubeConfigException>(() => Load(File(user)));

        Assert.Contains(place, error.Message, StringComparison.Ordinal);
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_key_of_another_certificate_is_refused()
    {
        using var authority = new TestAuthority();
        var (certificate, _) = authority.Client("ann");
        var (_, key) = authority.Client("bob");

        var error = Assert.Throws<KubeConfigException>(
            () => Load(File($"{{client-certificate-data: {Base64(certificate)}, client-key-data: {Base64(key)}}}")));
        Assert.Contains("client-key-data", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_file_is_named()
    {
        var error = Assert.Throws<KubeConfigException>(
            () => KubernetesClientConfiguration.BuildConfigFromConfigFile(Path.Combine(_folder.FullName, "none")));
        Assert.Contains(Path.Combine(_folder.FullName, "none"), error.Message, StringComparison.Ordinal);
    }

    private static string File(string user) => $$$"""
        current-context: c
        contexts: [{name: c, context: {cluster: k, user: u}}]
        clusters: [{name: k, cluster: {server: 'https://a'}}]
        users:
        - name: u
          user: {{{user}}}
        """;

    private static string Base64(string text) => Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(text));

    private static async Task<Credential> Credential(KubernetesClientConfiguration configuration) =>
        await configuration.Credentials!.GetAsync(TestContext.Current.CancellationToken);

    private string Write(string name, string text)
    {
        var path = Path.Combine(_folder.FullName, name);
        System.IO.File.WriteAllText(path, text);
        return path;
    }

    private KubernetesClientConfiguration Load(string text) =>
        KubernetesClientConfiguration.BuildConfigFromConfigFile(Write("config", text));
}
