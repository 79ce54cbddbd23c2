namespace Executor.Kubernetes.Informers;

/// <summary>What an informer observes, and how it recovers. Not to be changed once an informer uses it.</summary>
/// <typeparam name="T">What is observed.</typeparam>
public sealed class InformerOptions<T>
    where T : class
{
    /// <summary>As of <see cref="Client.ListOptions.LabelSelector"/>; null for all.</summary>
    public string? LabelSelector { get; set; }

    /// <summary>As of <see cref="Client.ListOptions.FieldSelector"/>; null for all.</summary>
    public string? FieldSelector { get; set; }

    /// <summary>The most objects of a page of a list. 500 by default.</summary>
    public int PageSize { get; set; } = 500;

    /// <summary>Drops what is not needed from an object before it is stored; may change it and return it. Null keeps all that the model has.</summary>
    public Func<T, T>? Transform { get; set; }

    /// <summary>
    /// What the store keeps of an object that was told, for handlers that hold what they need of it: a new object, with the same name, namespace, UID and version.
    /// <see cref="InformerEvent{T}.Previous"/> and a deletion that nobody saw then have no more than that. Null keeps the object.
    /// </summary>
    public Func<T, T>? Retain { get; set; }

    /// <summary>The key that <see cref="Informer{T}.ByIndex"/> finds an object by; null results are not found. Null for no index.</summary>
    public Func<T, string?>? IndexKey { get; set; }

    /// <summary>
    /// After this long without an event or bookmark a watch counts as dead. 150 s by default: servers send a bookmark about every minute.
    /// </summary>
    public TimeSpan SilenceLimit { get; set; } = TimeSpan.FromSeconds(150);

    /// <summary>
    /// How often the handler reconciles. 30 s by default; <see cref="Timeout.InfiniteTimeSpan"/> for after lists only.
    /// </summary>
    public TimeSpan ReconcileInterval { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How long the server keeps a watch open; up to twice as long, by chance. 5 minutes by default.</summary>
    public TimeSpan WatchTimeout { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>A watch that the server closes before this, without an event, counts as closed at once. 1 s by default.</summary>
    public TimeSpan InstantClose { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>The first pause after a failure; it doubles with each further one. 0.8 s by default.</summary>
    public TimeSpan MinBackoff { get; set; } = TimeSpan.FromMilliseconds(800);

    /// <summary>The longest pause, before jitter makes it up to twice as long. 30 s by default.</summary>
    public TimeSpan MaxBackoff { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Gives numbers from 0 to below 1 for jitter.</summary>
    public Func<double> Jitter { get; set; } = Random.Shared.NextDouble;

    /// <summary>Told of each failure and of the pause after it; null for nobody.</summary>
    public Action<InformerFailure>? OnFailure { get; set; }

    /// <summary>The clock; null for the client's.</summary>
    public TimeProvider? TimeProvider { get; set; }
}

/// <summary>A failure that an informer recovers from.</summary>
/// <param name="Exception">What happened.</param>
/// <param name="Relists">Whether a list follows, or a watch that goes on where the last one ended.</param>
/// <param name="Pause">The time until then.</param>
public sealed record InformerFailure(Exception Exception, bool Relists, TimeSpan Pause);
