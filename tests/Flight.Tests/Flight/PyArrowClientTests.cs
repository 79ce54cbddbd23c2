using Executor.Flight.AspNetCore;
using Executor.Grpc;
using Executor.TestKit.Certificates;
using Flight.Tests.Servers;
using Microsoft.AspNetCore.Hosting;
using Xunit;

namespace Flight.Tests.Flight;

/// <summary>The server under test and the official implementation's client.</summary>
public sealed class PyArrowClientTests
{
    private const string Key = "key-of-the-test";

    [Theory]
    [InlineData("put_and_get")]
    [InlineData("actions")]
    [InlineData("exchange")]
    [InlineData("errors")]
    [InlineData("cancel")]
    public async Task PyArrow_understands_the_server(string scenario)
    {
        await using var host = await KestrelHost.StartAsync(app => app.MapFlightServer(new StoringFlightServer()));
        await Python.RunAsync("client.py", scenario, $"grpc://127.0.0.1:{host.Port}");
    }

    [Fact]
    public async Task PyArrow_authenticates_with_basic_and_with_a_handshake()
    {
        var options = new FlightServiceOptions
        {
            Authenticator = (token, _) => token == Key
                ? ValueTask.CompletedTask
                : throw new RpcException(new Status(StatusCode.Unauthenticated, "The key is missing or wrong.")),
        };
        await using var host = await KestrelHost.StartAsync(app => app.MapFlightServer(new StoringFlightServer(), options));
        await Python.RunAsync("client.py", "authentication", $"grpc://127.0.0.1:{host.Port}", Key);
    }

    [Fact]
    public async Task PyArrow_trusts_the_server_for_its_authority()
    {
        using var authority = new TestAuthority();
        var file = Path.Combine(Path.GetTempPath(), $"authority-{Guid.NewGuid():N}.pem");
        await File.WriteAllTextAsync(file, authority.CertificatePem, TestContext.Current.CancellationToken);
        try
        {
            await using var host = await KestrelHost.StartAsync(
                app => app.MapFlightServer(new StoringFlightServer()),
                endpoint => endpoint.UseHttps(authority.Server("localhost")));
            await Python.RunAsync("client.py", "tls", $"grpc+tls://127.0.0.1:{host.Port}", file);
        }
        finally
        {
            File.Delete(file);
        }
    }
}
