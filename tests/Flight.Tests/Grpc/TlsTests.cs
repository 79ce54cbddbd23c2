using Executor.Grpc;
using Executor.Grpc.AspNetCore;
using Executor.Grpc.AspNetCore.Hosting;
using Executor.Grpc.Client;
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
        using var certificates = new TestCertificates();
        using var others = new TestCertificates();
        await using var host = await StartAsync(certificates, ClientCertificateMode.NoCertificate);

        Assert.Equal([1], await CallAsync(host, new GrpcChannelOptions { RootCertificates = [certificates.Authority] }));
        foreach (var options in (GrpcChannelOptions[])[new(), new() { RootCertificates = [others.Authority] }])
        {
            var failure = await Assert.ThrowsAsync<RpcException>(() => CallAsync(host, options));
            Assert.Equal(StatusCode.Unavailable, failure.StatusCode);
        }
    }

    [Fact]
    public async Task A_client_shows_its_certificate()
    {
        using var certificates = new TestCertificates();
        await using var host = await StartAsync(certificates, ClientCertificateMode.RequireCertificate);
        Assert.Equal(
            [1],
            await CallAsync(host, new GrpcChannelOptions { RootCertificates = [certificates.Authority], ClientCertificates = [certificates.Client] }));
        await Assert.ThrowsAsync<RpcException>(() => CallAsync(host, new GrpcChannelOptions { RootCertificates = [certificates.Authority] }));
    }

    private static Task<KestrelHost> StartAsync(TestCertificates certificates, ClientCertificateMode mode)
        => KestrelHost.StartAsync(
            app => app.MapGrpcMethod(ByteMethods.Unary, (byte[] request, ServerCallContext _) => Task.FromResult(request)),
            endpoint => endpoint.UseHttps(https =>
            {
                https.ServerCertificate = certificates.Server;
                https.ClientCertificateMode = mode;
                https.ClientCertificateValidation = (certificate, _, _) => certificate.Subject == "CN=client";
            }));

    private static async Task<byte[]> CallAsync(KestrelHost host, GrpcChannelOptions options)
    {
        using var channel = host.Connect(options);
        return await channel.CreateCallInvoker().AsyncUnaryCall(ByteMethods.Unary, new CallOptions(CancellationToken: TestContext.Current.CancellationToken), [1]);
    }
}
