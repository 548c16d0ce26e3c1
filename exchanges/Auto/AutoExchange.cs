using System.Globalization;
using Compression.Core.Catalog;
using Compression.Core.Communication;
using Compression.Core.Contracts;
using Compression.Core.Gradients;
using Compression.Core.Payloads;
using Compression.Core.Reporting;
using Compression.Exchanges.Sharded;

namespace Compression.Exchanges.Auto;

/// <summary>
/// Chooses, by the payload that was measured and the number of workers, the exchange that sends least: allgather, (n−1)·p bytes a worker;
/// ps with a dense pull, (n−1)/n·(p + 4d); and, if recompression is allowed, reducescatter, 2(n−1)/n·p. It starts with allgather and
/// measures in the first step and then once an epoch, since warm-ups change p. All workers compute with the same mean of p, so all choose
/// the same.
/// </summary>
/// <remarks>
/// The first two deliver the exact mean of what was decoded. Once reducescatter was chosen it stays: what its owners hold back has no
/// place in another exchange.
/// </remarks>
[Algorithm("auto", AlgorithmRole.Exchange, "the cheapest for the payload measured", Carries = PayloadForm.SparseFloats | PayloadForm.Signs | PayloadForm.Codes)]
public sealed class AutoExchange : IGradientAggregator
{
    // Header and length of a message in each of two legs.
    private const int LegOverhead = 40;

    private readonly AutoOptions _options;
    private readonly CompressorFactory _compressors;
    private readonly IGradientMemory _memory;
    private readonly ComponentContext _context;
    private Choice _choice;
    private IGradientAggregator _current;
    private int _measuredEpoch = -1;

    /// <param name="options">What may be chosen.</param>
    /// <param name="compressors">Makes the composition's compressor for what is chosen.</param>
    /// <param name="memory">Stays the same whatever is chosen.</param>
    /// <param name="context">Layout, threads, rank and number of workers.</param>
    public AutoExchange(AutoOptions options, CompressorFactory compressors, IGradientMemory memory, ComponentContext context)
    {
        _options = options;
        _compressors = compressors;
        _memory = memory;
        _context = context;
        _current = Create(Choice.Gather);
    }

    private enum Choice
    {
        Gather,
        Server,
        ReduceScatter,
    }

    public string Decision { get; private set; } = "";

    public IEnumerable<ReadOnlyMemory<float>> Residuals => _current.Residuals;

    public void Aggregate(GradientBucket bucket, StepContext step, ICommunicator communicator)
    {
        WorldCheck.Require(_context, communicator);
        _current.Aggregate(bucket, step, communicator);
        if (_measuredEpoch < (int)step.Epoch)
        {
            _measuredEpoch = (int)step.Epoch;
            Choose(MeanPayload(communicator));
        }
    }

    public void Save(IStateWriter writer)
    {
        writer.Write("auto-choice", [(int)_choice, _measuredEpoch]);
        _current.Save(writer);
    }

    public void Load(IStateReader reader)
    {
        Span<int> saved = stackalloc int[2];
        reader.Read("auto-choice", saved);
        Take((Choice)saved[0]);
        _measuredEpoch = saved[1];
        _current.Load(reader);
    }

    // Of one payload for all, also where it was sent in shards with a header each.
    private double MeanPayload(ICommunicator communicator)
    {
        if (_current is AllGatherExchange gather)
        {
            return gather.MeanPayloadLength;
        }

        Span<double> length = [((ShardedExchange)_current).PayloadLength];
        communicator.AllReduce(length);
        return (length[0] / _context.Workers) - (PayloadFrame.HeaderLength * (_context.Workers - 1));
    }

    private void Choose(double payload)
    {
        double peers = _context.Workers - 1, share = peers / _context.Workers;
        double gather = peers * (payload + sizeof(int));
        double server = (share * (payload + ((double)sizeof(float) * _context.Layout.Length))) + (LegOverhead * peers);
        double reduceScatter = (2 * share * payload) + (LegOverhead * peers);
        var best = gather <= server ? Choice.Gather : Choice.Server;
        if (_choice == Choice.ReduceScatter || (_options.Recompress && reduceScatter < Math.Min(gather, server)))
        {
            best = Choice.ReduceScatter;
        }

        Decision = string.Create(
            CultureInfo.InvariantCulture,
            $"--exchange auto: {NameOf(best)}, for {_context.Workers} {Plural.Of(_context.Workers, "worker")} and a payload of {payload:0} {Plural.Of(payload, "byte")}: a step sends {gather:0} {Plural.Of(gather, "byte")} a worker "
            + $"by allgather, {server:0} by ps{(_options.Recompress ? $", {reduceScatter:0} by reducescatter" : "")}.");
        if (best != _choice)
        {
            Take(best);
        }
    }

    private void Take(Choice choice)
    {
        if (choice != _choice)
        {
            _choice = choice;
            _current = Create(choice);
        }
    }

    private IGradientAggregator Create(Choice choice) => choice switch
    {
        Choice.Gather => new AllGatherExchange(_compressors.Create(_context), _memory, _context),
        Choice.Server => new ParameterServerExchange(new ParameterServerOptions(), _compressors, _memory, _context),
        _ => new ReduceScatterExchange(_compressors, _memory, _context),
    };

    private static string NameOf(Choice choice) => choice switch
    {
        Choice.Gather => "allgather",
        Choice.Server => "ps",
        _ => "reducescatter",
    };
}
