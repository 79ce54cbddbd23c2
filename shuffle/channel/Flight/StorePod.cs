using System.Text;
using Executor.Contracts.Integrity;
using Executor.Flight.Client;
using Executor.Grpc.Client;

namespace Executor.Shuffle.Channel.Flight;

/// <summary>
/// One way to the store that calls can be made over, and what this process has lately seen of it. One that has failed is set aside: for 5 s, twice as
/// long with every further failure, up to a minute; then a single call may try it, and only its success makes it one like the others again.
/// Thread-safe.
/// </summary>
internal sealed class StorePod : IDisposable
{
    private static readonly TimeSpan FirstAside = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LongestAside = TimeSpan.FromMinutes(1);

    private readonly Lock _lock = new();
    private readonly Lazy<GrpcChannel> _channel;
    private readonly Lazy<FlightClient> _client;
    private readonly TimeProvider _time;
    private readonly TimeSpan _trial;
    private readonly uint _hash;
    private int _failures;
    private long _asideUntil;

    /// <param name="address">What it is told apart by: everybody who knows the pod knows it under the same.</param>
    /// <param name="channel">Makes the connection, once it is needed.</param>
    /// <param name="authorization">Who calls.</param>
    /// <param name="trial">How long a call that tries it after a failure may take before another may.</param>
    /// <param name="time">The clock.</param>
    internal StorePod(Uri address, Func<GrpcChannel> channel, FlightClientOptions authorization, TimeSpan trial, TimeProvider time)
    {
        _channel = new Lazy<GrpcChannel>(channel);
        _client = new Lazy<FlightClient>(() => new FlightClient(_channel.Value, authorization));
        _trial = trial;
        _time = time;
        _hash = Crc32C.Of(Encoding.UTF8.GetBytes(address.ToString()));
    }

    internal FlightClient Client => _client.Value;

    /// <summary>When it is asked again like the others, by the clock's timestamps; 0 if it is not set aside.</summary>
    internal long AsideUntil
    {
        get
        {
            lock (_lock)
            {
                return _asideUntil > _time.GetTimestamp() ? _asideUntil : 0;
            }
        }
    }

    /// <summary>
    /// Its weight for a key, by rendezvous hashing: whoever asks all pods for theirs finds the same one heaviest, keys are spread evenly, and a pod that
    /// comes or goes changes nothing between the others.
    /// </summary>
    internal ulong WeightFor(uint key)
    {
        // CRCs alone would not do: those of two texts differ by the same bits whatever stands before them.
        var mixed = ((ulong)key << 32) | _hash;
        mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9;
        mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111eb;
        return mixed ^ (mixed >> 31);
    }

    /// <summary>Notes that a call is made: where it is the trial after a failure, others go elsewhere meanwhile.</summary>
    internal void Chosen()
    {
        lock (_lock)
        {
            if (_failures > 0)
            {
                SetAside(_trial);
            }
        }
    }

    /// <summary>Notes that it has answered.</summary>
    internal void Succeeded()
    {
        lock (_lock)
        {
            _failures = 0;
            _asideUntil = 0;
        }
    }

    /// <summary>Notes that it did not answer, or that it is busy.</summary>
    /// <param name="retryAfter">When it asks to be tried again; null if it did not say.</param>
    internal void Failed(TimeSpan? retryAfter)
    {
        lock (_lock)
        {
            SetAside(retryAfter ?? TimeSpan.FromTicks(Math.Min(LongestAside.Ticks, FirstAside.Ticks << Math.Min(_failures, 8))));
            _failures++;
        }
    }

    public void Dispose()
    {
        if (_channel.IsValueCreated)
        {
            _channel.Value.Dispose();
        }
    }

    private void SetAside(TimeSpan duration) => _asideUntil = _time.GetTimestamp() + (long)(duration.TotalSeconds * _time.TimestampFrequency);
}
