// Generates the table LINEITEM of the TPC-H benchmark by the rules of its specification (version 3, clause 4.2.3).
//
// Every order's lines are a function of the seed and the order's number alone, so the table is the same however many instances share the
// work, and the same again when an instance is retried. The table is not that of the official generator dbgen row by row: the
// specification leaves the random numbers open.
//
// Parameters: sf (scale factor; 1 means 1,500,000 orders and about 6,000,000 lines), instances (of this task), seed.

using System.Runtime.CompilerServices;
using System.Text;
using Executor.Arrow;
using Executor.Arrow.Types;
using Executor.Sdk;

/// <summary>The task: generates this instance's share of the orders.</summary>
public sealed class Lineitem : ITask
{
    private const int BatchRows = 16 * 1024;

    public Schema Schema => LineitemColumns.Schema;

    public async IAsyncEnumerable<RecordBatch> RunAsync(
        TaskContext context, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var generator = new LineitemGenerator(context.Parameters.Get<decimal>("sf"), context.Parameters.Get<ulong>("seed", 1));
        var instances = context.Parameters.Get<int>("instances");
        var first = generator.Orders * context.Index / instances;
        var end = generator.Orders * (context.Index + 1) / instances;

        var columns = new LineitemColumns();
        for (var order = first; order < end; order++)
        {
            generator.AppendOrder(order, columns);
            if (columns.Rows >= BatchRows)
            {
                cancellationToken.ThrowIfCancellationRequested();
                context.ReportProgress((double)(order - first) / (end - first));
                yield return columns.Build();
            }
        }

        if (columns.Rows > 0)
        {
            yield return columns.Build();
        }

        await Task.CompletedTask;
    }
}

/// <summary>The rules of clause 4.2.3. Order numbers count from zero.</summary>
public sealed class LineitemGenerator
{
    private static readonly int StartDate = Day(1992, 1, 1);
    private static readonly int CurrentDate = Day(1995, 6, 17);
    private static readonly int LastOrderDate = Day(1998, 12, 31) - 151;
    private static readonly string[] Instructions = ["DELIVER IN PERSON", "COLLECT COD", "NONE", "TAKE BACK RETURN"];
    private static readonly string[] Modes = ["REG AIR", "AIR", "RAIL", "SHIP", "TRUCK", "MAIL", "FOB"];
    private readonly ulong _seed;
    private readonly int _parts;
    private readonly int _suppliers;

    public LineitemGenerator(decimal scaleFactor, ulong seed)
    {
        if (scaleFactor is < 0.0001m or > 10_000m)
        {
            throw new ArgumentOutOfRangeException(nameof(scaleFactor), scaleFactor, "the scale factor is from 0.0001 to 10000");
        }

        _seed = seed;
        Orders = (long)(scaleFactor * 1_500_000);
        _parts = (int)Math.Max(1, scaleFactor * 200_000);
        _suppliers = (int)Math.Max(1, scaleFactor * 10_000);
    }

    /// <summary>How many orders there are.</summary>
    public long Orders { get; }

    /// <summary>Adds one order's lines.</summary>
    public void AppendOrder(long order, LineitemColumns to)
    {
        var random = new OrderRandom(_seed, order);

        // Order keys are sparse: of 32 numbers the first 8 are used.
        var number = order + 1;
        var orderKey = ((number >> 3) << 5) | (number & 7);
        var orderDate = random.Next(StartDate, LastOrderDate);
        var lines = random.Next(1, 7);
        for (var line = 1; line <= lines; line++)
        {
            var partKey = random.Next(1, _parts);
            var quantity = random.Next(1, 50);
            var discount = random.Next(0, 10);
            var tax = random.Next(0, 8);
            var shipDate = orderDate + random.Next(1, 121);
            var commitDate = orderDate + random.Next(30, 90);
            var receiptDate = shipDate + random.Next(1, 30);
            var returned = random.Next(0, 1) == 0 ? "R" : "A";

            to.OrderKey.Append(orderKey);
            to.PartKey.Append(partKey);
            to.SupplierKey.Append(SupplierOf(partKey, random.Next(0, 3)));
            to.LineNumber.Append(line);
            to.Quantity.AppendUnscaled(quantity * 100);
            to.ExtendedPrice.AppendUnscaled(quantity * RetailPriceCents(partKey));
            to.Discount.AppendUnscaled(discount);
            to.Tax.AppendUnscaled(tax);
            to.ReturnFlag.Append(receiptDate <= CurrentDate ? returned : "N");
            to.LineStatus.Append(shipDate > CurrentDate ? "O" : "F");
            to.ShipDate.Append(shipDate);
            to.CommitDate.Append(commitDate);
            to.ReceiptDate.Append(receiptDate);
            to.ShipInstruction.Append(Instructions[random.Next(0, Instructions.Length - 1)]);
            to.ShipMode.Append(Modes[random.Next(0, Modes.Length - 1)]);
            to.Comment.Append(PseudoText.Take(ref random, random.Next(10, 43)));
            to.Rows++;
        }
    }

    /// <summary>P_RETAILPRICE of a part, times 100.</summary>
    public static int RetailPriceCents(int partKey) => 90_000 + (partKey / 10 % 20_001) + (100 * (partKey % 1_000));

    /// <summary>The supplier of a part: each part has four, PS_SUPPKEY of PARTSUPP.</summary>
    public int SupplierOf(int partKey, int which) =>
        (int)((partKey + ((long)which * ((_suppliers / 4) + ((partKey - 1) / _suppliers)))) % _suppliers) + 1;

    private static int Day(int year, int month, int day) => new DateOnly(year, month, day).DayNumber - new DateOnly(1970, 1, 1).DayNumber;
}

/// <summary>The columns of LINEITEM while they are filled.</summary>
public sealed class LineitemColumns
{
    private static readonly Decimal128Type Money = new(15, 2);

    public static Schema Schema { get; } = new(
    [
        new Field("l_orderkey", Int64Type.Default, nullable: false),
        new Field("l_partkey", Int32Type.Default, nullable: false),
        new Field("l_suppkey", Int32Type.Default, nullable: false),
        new Field("l_linenumber", Int32Type.Default, nullable: false),
        new Field("l_quantity", Money, nullable: false),
        new Field("l_extendedprice", Money, nullable: false),
        new Field("l_discount", Money, nullable: false),
        new Field("l_tax", Money, nullable: false),
        new Field("l_returnflag", StringType.Default, nullable: false),
        new Field("l_linestatus", StringType.Default, nullable: false),
        new Field("l_shipdate", Date32Type.Default, nullable: false),
        new Field("l_commitdate", Date32Type.Default, nullable: false),
        new Field("l_receiptdate", Date32Type.Default, nullable: false),
        new Field("l_shipinstruct", StringType.Default, nullable: false),
        new Field("l_shipmode", StringType.Default, nullable: false),
        new Field("l_comment", StringType.Default, nullable: false),
    ]);

    public int Rows { get; set; }

    public Int64Array.Builder OrderKey { get; } = new();

    public Int32Array.Builder PartKey { get; } = new();

    public Int32Array.Builder SupplierKey { get; } = new();

    public Int32Array.Builder LineNumber { get; } = new();

    public Decimal128Array.Builder Quantity { get; } = new(Money);

    public Decimal128Array.Builder ExtendedPrice { get; } = new(Money);

    public Decimal128Array.Builder Discount { get; } = new(Money);

    public Decimal128Array.Builder Tax { get; } = new(Money);

    public StringArray.Builder ReturnFlag { get; } = new();

    public StringArray.Builder LineStatus { get; } = new();

    public Date32Array.Builder ShipDate { get; } = new();

    public Date32Array.Builder CommitDate { get; } = new();

    public Date32Array.Builder ReceiptDate { get; } = new();

    public StringArray.Builder ShipInstruction { get; } = new();

    public StringArray.Builder ShipMode { get; } = new();

    public StringArray.Builder Comment { get; } = new();

    /// <summary>The rows so far as a batch; the columns are empty afterwards.</summary>
    public RecordBatch Build()
    {
        var batch = new RecordBatch(
            Schema,
            [
                OrderKey.Build(), PartKey.Build(), SupplierKey.Build(), LineNumber.Build(), Quantity.Build(), ExtendedPrice.Build(),
                Discount.Build(), Tax.Build(), ReturnFlag.Build(), LineStatus.Build(), ShipDate.Build(), CommitDate.Build(),
                ReceiptDate.Build(), ShipInstruction.Build(), ShipMode.Build(), Comment.Build(),
            ],
            Rows);
        Rows = 0;
        return batch;
    }
}

/// <summary>The random numbers of one order: SplitMix64, started from the seed and the order's number.</summary>
public struct OrderRandom(ulong seed, long order)
{
    private const ulong Step = 0x9E3779B97F4A7C15;
    private ulong _state = Mix(Mix(seed + Step) + ((ulong)order * Step));

    /// <summary>A number from <paramref name="low"/> to <paramref name="high"/>, both included.</summary>
    public int Next(int low, int high)
    {
        _state += Step;
        return low + (int)(((Mix(_state) >> 32) * (ulong)(high - low + 1)) >> 32);
    }

    private static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}

/// <summary>Text in the manner of clause 4.2.2.14: comments are cut at random places from a long row of made-up sentences.</summary>
public static class PseudoText
{
    private const int PoolBytes = 1024 * 1024;
    private static readonly string[] Nouns =
    [
        "foxes", "ideas", "theodolites", "pinto beans", "instructions", "dependencies", "excuses", "platelets", "asymptotes",
        "courts", "dolphins", "multipliers", "sauternes", "warthogs", "frets", "dinos", "attainments", "somas", "braids",
        "hockey players", "sheaves", "sentiments", "pains", "epitaphs",
    ];
    private static readonly string[] Verbs =
    [
        "sleep", "wake", "are", "cajole", "haggle", "nag", "use", "boost", "affix", "detect", "integrate", "maintain", "nod", "was",
        "lose", "sublate", "solve", "thrash", "promise", "engage", "hinder", "print", "doze", "run", "dazzle", "snooze", "doubt",
        "unwind", "kindle", "play", "hang", "believe",
    ];
    private static readonly string[] Adjectives =
    [
        "furious", "sly", "careful", "blithe", "quick", "fluffy", "slow", "quiet", "ruthless", "thin", "close", "dogged", "daring",
        "brave", "stealthy", "permanent", "enticing", "idle", "busy", "regular", "final", "ironic", "even", "bold", "silent",
    ];
    private static readonly string[] Adverbs =
    [
        "sometimes", "always", "never", "furiously", "slyly", "carefully", "blithely", "quickly", "fluffily", "slowly", "quietly",
        "ruthlessly", "thinly", "closely", "doggedly", "daringly", "bravely", "stealthily", "permanently", "enticingly", "idly",
        "busily", "regularly", "finally", "ironically", "evenly", "boldly", "silently",
    ];
    private static readonly string[] Ends = [". ", "; ", ": ", "? ", "! ", "-- "];
    private static readonly byte[] Pool = Fill();

    /// <summary>A piece of that many characters.</summary>
    public static ReadOnlySpan<byte> Take(ref OrderRandom random, int length) => Pool.AsSpan(random.Next(0, PoolBytes - length), length);

    private static byte[] Fill()
    {
        var random = new OrderRandom(0, 0);
        var text = new StringBuilder(PoolBytes + 100);
        while (text.Length < PoolBytes)
        {
            text.Append($"{Pick(Adjectives)} {Pick(Nouns)} {Pick(Verbs)} {Pick(Adverbs)}{Pick(Ends)}");
        }

        return Encoding.ASCII.GetBytes(text.ToString(0, PoolBytes));

        string Pick(string[] words) => words[random.Next(0, words.Length - 1)];
    }
}
