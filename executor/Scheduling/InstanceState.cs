using Executor.Outcomes;

namespace Executor.Scheduling;

/// <summary>What the journal says of one instance. A run may have 100,000: 48 bytes each.</summary>
internal struct InstanceState
{
    /// <summary>The tag of the definition that this generation was launched with; 0 before its first launch.</summary>
    public ulong Definition;

    /// <summary>The memory that the latest attempt got; 0 before the first.</summary>
    public long MemoryBytes;

    /// <summary>The most memory that an attempt got and that was not enough; 0 if none has run out of it.</summary>
    public long ExhaustedBytes;

    /// <summary>The processors that the latest attempt got, in thousandths; 0 for what its task asks for, and before the first.</summary>
    public int CpuMillicores;

    /// <summary>The generation that counts.</summary>
    public int Generation;

    /// <summary>The number of the latest attempt of this generation, or of the winner once committed; 0 before the first.</summary>
    public int Attempt;

    /// <summary>Failures of this generation charged to the task since the run began or was resumed.</summary>
    public ushort TaskFailures;

    /// <summary>Failures of this generation charged to the infrastructure since the run began or was resumed.</summary>
    public ushort InfrastructureFailures;

    /// <summary>How often the instance began anew because its data was lost.</summary>
    public byte Losses;

    /// <summary>Where it stands.</summary>
    public InstancePhase Phase;

    /// <summary>How the latest attempt that did not commit ended; meaningless before one did.</summary>
    public AttemptCause LastCause;
}

/// <summary>Where an instance stands.</summary>
internal enum InstancePhase : byte
{
    /// <summary>No attempt is under way.</summary>
    Idle,

    /// <summary>An attempt was launched and its end is not known.</summary>
    Launched,

    /// <summary>A commit of its generation stands.</summary>
    Committed,

    /// <summary>It is not tried again.</summary>
    Failed,
}

/// <summary>What the journal says of one task as a whole.</summary>
internal struct TaskState
{
    /// <summary>The generation of the task's seals that counts.</summary>
    public int SealGeneration;

    /// <summary>True once that generation's seals were decided.</summary>
    public bool Sealed;

    /// <summary>The epoch of that decision.</summary>
    public long SealEpoch;

    /// <summary>The number of instances that it was about.</summary>
    public int SealedInstances;

    /// <summary>Instances with a commit.</summary>
    public int Committed;

    /// <summary>Instances that are not tried again.</summary>
    public int Failed;

    /// <summary>Instances with an attempt under way.</summary>
    public int Launched;

    /// <summary>Attempts launched because an earlier one of the same generation had failed.</summary>
    public int Retries;
}
