using System.Net;
using System.Net.Sockets;

namespace Executor.Shuffle.Channel.Flight;

/// <summary>
/// Finds the store's pods behind the endpoints that a client is given. A host name that stands for several addresses is so many pods. Names are looked up
/// beside the calls, which never wait for it: at the first call, and again after a failure. Thread-safe.
/// </summary>
/// <remarks>
/// Beside names that stand for pods, an endpoint with an address, such as the virtual one of a Kubernetes Service, leads to any of them. While a name is
/// not known, such endpoints serve alone; where there are none, the name itself is an endpoint, which the sockets look up.
/// </remarks>
internal sealed class PodDiscovery : IDisposable
{
    /// <summary>How long an answer is good at least, however many pods fail.</summary>
    private static readonly TimeSpan LeastAge = TimeSpan.FromSeconds(10);

    /// <summary>More pods than a store has; what a name says beyond them is passed over.</summary>
    private const int MaxPodsPerName = 256;

    private readonly Lock _lock = new();
    private readonly FlightChannelOptions _options;
    private readonly Func<Uri, Uri, StorePod> _connect;
    private readonly Dictionary<Uri, StorePod> _made = [];
    private readonly IPAddress[]?[] _found;
    private readonly bool _hasNames;
    private readonly bool _hasAddresses;
    private volatile PodSet _current;
    private volatile bool _begun;
    private volatile Task _looking = Task.CompletedTask;
    private long _lookedAt;
    private bool _looks;

    /// <param name="options">The endpoints, and how names are looked up.</param>
    /// <param name="connect">Makes a pod of where it is, and of the endpoint that it was found by, which is the same unless that is a name.</param>
    internal PodDiscovery(FlightChannelOptions options, Func<Uri, Uri, StorePod> connect)
    {
        _options = options;
        _connect = connect;
        _found = new IPAddress[]?[options.Endpoints.Count];
        foreach (var endpoint in options.Endpoints)
        {
            _hasNames |= IsName(endpoint);
            _hasAddresses |= !IsName(endpoint);
        }

        _current = Arrange();
    }

    /// <summary>The pods as far as they are known by now.</summary>
    internal PodSet Current
    {
        get
        {
            if (!_begun && _hasNames)
            {
                LookUp();
            }

            return _current;
        }
    }

    /// <summary>The pods, once the looking up that is under way has ended: for whom all of them concern.</summary>
    internal async Task<PodSet> LookAsync(CancellationToken cancellationToken)
    {
        _ = Current;
        await _looking.WaitAsync(cancellationToken);
        return _current;
    }

    /// <summary>Has names looked up anew, unless that was done a moment ago.</summary>
    internal void NoteFailure()
    {
        if (_hasNames)
        {
            LookUp();
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            foreach (var pod in _made.Values)
            {
                pod.Dispose();
            }
        }
    }

    /// <summary>True for a host name that is to be looked up; where the caller opens the streams, a name is only what he tells endpoints apart by.</summary>
    private bool IsName(Uri endpoint) => _options.Connect is null && endpoint.HostNameType is UriHostNameType.Dns;

    private void LookUp()
    {
        lock (_lock)
        {
            if (_looks || (_begun && _options.TimeProvider.GetElapsedTime(_lookedAt) < LeastAge))
            {
                return;
            }

            _begun = true;
            _looks = true;
            _lookedAt = _options.TimeProvider.GetTimestamp();
        }

        _looking = LookUpAsync();
    }

    private async Task LookUpAsync()
    {
        for (var i = 0; i < _found.Length; i++)
        {
            if (IsName(_options.Endpoints[i]) && await TryResolveAsync(_options.Endpoints[i].IdnHost) is { Length: > 0 } addresses)
            {
                _found[i] = addresses;
            }
        }

        lock (_lock)
        {
            _current = Arrange();
            _looks = false;
        }
    }

    private async Task<IPAddress[]?> TryResolveAsync(string host)
    {
        try
        {
            return PodsAmong(await (_options.Resolve ?? SystemResolver.ResolveAsync)(host, CancellationToken.None));
        }
        catch (Exception failure) when (failure is SocketException or ArgumentException or IOException or OperationCanceledException or TimeoutException)
        {
            // What was known before stays; a name that was never known counts for nothing.
            return null;
        }
    }

    /// <summary>
    /// The addresses that are pods. They are of the kind that the resolver puts first: a pod, or a single host, may have one of each kind. A single host
    /// stays a name, for the sockets to find out which of its addresses answers.
    /// </summary>
    private static IPAddress[] PodsAmong(IPAddress[] addresses)
    {
        var pods = Array.FindAll(addresses, address => address.AddressFamily == addresses[0].AddressFamily);
        return pods.Length == 1 && addresses.Length > 1 ? []
            : pods.Length > MaxPodsPerName ? pods[..MaxPodsPerName]
            : pods;
    }

    /// <summary>Under the lock, or before there is another thread.</summary>
    private PodSet Arrange()
    {
        var pods = new List<StorePod>();
        var any = new List<StorePod>();
        for (var i = 0; i < _found.Length; i++)
        {
            var endpoint = _options.Endpoints[i];
            if (!IsName(endpoint))
            {
                Add(_hasNames ? any : pods, endpoint, null);
            }
            else if (_found[i] is { } addresses)
            {
                foreach (var address in addresses)
                {
                    Add(pods, endpoint, address);
                }
            }
            else if (!_hasAddresses)
            {
                Add(pods, endpoint, null);
            }
        }

        return new PodSet([.. pods], [.. any]);
    }

    private void Add(List<StorePod> pods, Uri endpoint, IPAddress? address)
    {
        var place = address is null ? endpoint : new UriBuilder(endpoint) { Host = address.ToString() }.Uri;
        if (!_made.TryGetValue(place, out var pod))
        {
            _made.Add(place, pod = _connect(place, endpoint));
        }

        if (!pods.Contains(pod))
        {
            pods.Add(pod);
        }
    }
}
