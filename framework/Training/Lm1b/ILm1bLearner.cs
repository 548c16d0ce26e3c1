using Compression.Core.Reporting;
using Compression.Training.Data.Lm1b;
using Compression.Training.RowSparse;
using Compression.Training.Sessions;

namespace Compression.Training.Lm1b;

/// <summary>What the task knows of the model beside what every trainer has.</summary>
internal interface ILm1bLearner : ITrainableModel
{
    /// <summary>The tables, of which this process may hold a part, or nothing.</summary>
    WordTables Tables { get; }

    /// <summary>What each of this process's workers sent for rows, by kind.</summary>
    IReadOnlyList<RowTraffic> Traffic { get; }

    /// <summary>Steps since this process started.</summary>
    long StepsHere { get; }

    /// <summary>Sum of nats and number of targets of some batches; a collective. The sum over all ranks of the run counts each once.</summary>
    /// <param name="batches">Read anew by each process.</param>
    /// <param name="most">Most batches.</param>
    (double Nats, long Targets) Evaluate(SentenceBatches batches, int most);

    /// <summary>Adds what only this way of training knows.</summary>
    RunSummary Amend(RunSummary summary) => summary;
}
