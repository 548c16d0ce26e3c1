using Compression.Core.Communication;
using Compression.Core.Payloads;

namespace Compression.Training.RowSparse;

/// <summary>Lookups among processes that each hold a part of every table: requests by all-to-all, and answers by another.</summary>
/// <param name="tables">Of which this process holds its part, if it is an owner.</param>
/// <param name="firstOwner">The process that is owner 0; those behind it are the others.</param>
public sealed class RemoteRows(IReadOnlyList<RowTable> tables, int firstOwner = 0)
{
    private readonly RowLookup _lookup = new(tables);
    private readonly PayloadWriter _requests = new();
    private readonly PayloadWriter _answers = new();
    private readonly GatheredPayloads _asked = new();
    private readonly GatheredPayloads _answered = new();
    private int[] _lengths = [];

    /// <summary>What this process sent, by kind.</summary>
    public RowTraffic Traffic { get; } = new();

    /// <summary>Fills in the values of the rows that the batches name; a collective.</summary>
    /// <param name="batches">By table; sealed.</param>
    /// <param name="peers">All owners.</param>
    public void Pull(IReadOnlyList<RowBatch> batches, ICommunicator peers)
    {
        Array.Resize(ref _lengths, peers.WorldSize);
        _requests.Reset();
        for (int to = 0; to < peers.WorldSize; to++)
        {
            int start = _requests.Length;
            if (IsOwner(to))
            {
                _lookup.WriteRequest(batches, to - firstOwner, _requests);
            }

            _lengths[to] = _requests.Length - start;
        }

        Traffic.Add("lookup_requests", _requests.Length - _lengths[peers.Rank]);
        peers.AllToAll(_requests.Written, _lengths, _asked);
        _answers.Reset();
        for (int from = 0; from < peers.WorldSize; from++)
        {
            int start = _answers.Length;
            if (IsOwner(peers.Rank))
            {
                _lookup.WriteAnswer(_asked[from], peers.Rank - firstOwner, _answers);
            }

            _lengths[from] = _answers.Length - start;
        }

        Traffic.Add("lookup_answers", _answers.Length - _lengths[peers.Rank]);
        peers.AllToAll(_answers.Written, _lengths, _answered);
        for (int from = 0; from < peers.WorldSize; from++)
        {
            if (IsOwner(from))
            {
                _lookup.Take(batches, from - firstOwner, _answered[from]);
            }
        }
    }

    private bool IsOwner(int process) => process >= firstOwner && process - firstOwner < tables[0].Partition.Owners;
}
