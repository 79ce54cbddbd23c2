using System.Security.Cryptography.X509Certificates;
using Executor.Grpc;
using Executor.Grpc.AspNetCore;
using Executor.Grpc.AspNetCore.Hosting;
using Executor.Grpc.Client;
using Executor.TestKit.Certificates;
using Flight.Tests.Servers;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Xunit;

namespace Flight.Tests.Grpc;

public sealed class TlsTests
{
    [Fact]
    public async Task A_server_is_trusted_for_the_given_authority_alone()
    {
        using var authority = new TestAuthority();
        using var others = new TestAuthority();
        await using var host = await StartAsync(authority, ClientCertificateMode.NoCertificate);

        Assert.Equal([1], await CallAsync(host, new GrpcChannelOptions { RootCertificates = [authority.Certificate] }));
        foreach (var options in (GrpcChannelOptions[])[new(), new() { RootCertificates = [others.Certificate] }])
        {
            var failure = await Assert.ThrowsAsync<RpcException>(() => CallAsync(host, options));
            Assert.Equal(StatusCode.Unavailable, failure.StatusCode);
            Assert.StartsWith("The server was not accepted, or TLS not agreed on with it: The remote certificate", failure.Status.Detail, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_client_shows_its_certificate()
    {
        using var authority = new TestAuthority();
        var (certificate, key) = authority.Client("client");
        await using var host = await StartAsync(authority, ClientCertificateMode.RequireCertificate);
        Assert.Equal(
            [1],
            await CallAsync(host, new GrpcChannelOptions { RootCertificates = [authority.Certificate], ClientCertificates = [X509Certificate2.CreateFromPem(certificate, key)] }));
        await Assert.ThrowsAsync<RpcException>(() => CallAsync(host, new GrpcChannelOptions { RootCertificates = [authority.Certificate] }));
    }

    [Fact]
    public async Task A_server_is_known_by_another_name_than_that_of_its_address()
    {
        using var authority = new TestAuthority();
        await using var host = await KestrelHost.StartAsync(
            app => app.MapGrpcMethod(ByteMethods.Unary, (byte[] request, ServerCallContext _) => Task.FromResult(request)),
            endpoint => endpoint.UseHttps(authority.Server("store.batch.svc")));

        using var channel = GrpcChannel.ForAddress(
            $"https://localhost:{host.Port}", new GrpcChannelOptions { RootCertificates = [authority.Certificate], ServerName = "store.batch.svc" });
        Assert.Equal([1], await CallAsync(channel));

        var failure = await Assert.ThrowsAsync<RpcException>(
            () => CallAsync(host, new GrpcChannelOptions { RootCertificates = [authority.Certificate], ServerName = "store.other.svc" }));
        Assert.Equal(StatusCode.Unavailable, failure.StatusCode);
    }

    private static Task<KestrelHost> StartAsync(TestAuthority authority, ClientCertificateMode mode)
        => KestrelHost.StartAsync(
            app => app.MapGrpcMethod(ByteMethods.Unary, (byte[] request, ServerCallContext _) => Task.FromResult(request)),
            endpoint => endpoint.UseHttps(https =>
            {
                https.ServerCertificate = authority.Server("localhost");
                https.ClientCertificateMode = mode;
                https.ClientCertificateValidation = (certificate, _, _) => certificate.Subject == "CN=client";
            }));

    private static async Task<byte[]> CallAsync(KestrelHost host, GrpcChannelOptions options)
    {
        using var channel = host.Connect(options);
        return await CallAsync(channel);
    }

    private static async Task<byte[]> CallAsync(GrpcChannel channel) =>
        await channel.CreateCallInvoker().AsyncUnaryCall(ByteMethods.Unary, new CallOptions(CancellationToken: TestContext.Current.CancellationToken), [1]);
}
