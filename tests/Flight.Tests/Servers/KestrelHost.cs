using Executor.Grpc.AspNetCore.Hosting;
using Executor.Grpc.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Flight.Tests.Servers;

/// <summary>A real Kestrel on a free port of the loopback interface.</summary>
internal sealed class KestrelHost : IAsyncDisposable
{
    private readonly WebApplication _app;

    private KestrelHost(WebApplication app) => _app = app;

    public string Address => _app.Urls.First();

    public int Port => new Uri(Address).Port;

    public required CapturedLog Log { get; init; }

    public static async Task<KestrelHost> StartAsync(Action<WebApplication> map, Action<ListenOptions>? listen = null, string? socketPath = null)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        var log = new CapturedLog();
        builder.Logging.AddProvider(log);
        builder.WebHost.UseKestrelCore().ConfigureKestrel(options =>
        {
            options.UseGrpcLimits();
            void Configure(ListenOptions endpoint)
            {
                endpoint.Protocols = HttpProtocols.Http2;
                listen?.Invoke(endpoint);
            }

            if (socketPath is null)
            {
                options.Listen(System.Net.IPAddress.Loopback, 0, Configure);
            }
            else
            {
                options.ListenUnixSocket(socketPath, Configure);
            }
        });
        builder.Services.AddLargeTransportBuffers();
        builder.Services.AddRoutingCore();
        var app = builder.Build();
        app.UseRouting();
        map(app);
        await app.StartAsync();
        return new KestrelHost(app) { Log = log };
    }

    public GrpcChannel Connect(GrpcChannelOptions? options = null) => GrpcChannel.ForAddress(Address, options);

    public Task StopAsync(CancellationToken cancellationToken) => _app.StopAsync(cancellationToken);

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();
}
