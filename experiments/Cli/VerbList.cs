using Compression.Experiments.Recipes;
using Compression.Experiments.Verbs;

namespace Compression.Experiments.Cli;

/// <summary>All verbs. A new one is a class and a line here.</summary>
internal static class VerbList
{
    /// <summary>In the order of the help; the first is meant where none is named.</summary>
    public static IReadOnlyList<Verb> All() =>
    [
        new PtbTrain(),
        new ModelParallelTrain(),
        new TransformerXlTrain(),
        new Lm1bTrain(),
        new Evaluate(),
        new ListCompressors(),
        new ListMemories(),
        new ListExchanges(),
        new ListPresets(),
        new DataPtb(),
        new DataWikiText(),
        new DataLm1b(),
        new DataSample(),
        new CheckpointList(),
        new CheckpointVerify(),
        new SweepRun(),
        new SweepResume(),
        new SweepStatus(),
        new SweepReport(),
        new BenchTrain(),
        new BenchTransformerXl(),
        new BenchLm1b(),
        new BenchCompressors(),
        new BenchExchanges(),
        new BenchSteps(),
        new BenchPipeline(),
        new BenchScaling(),
        new LabRun(),
        new LabCompare(),
        new LabScale(),
        new LabClean(),
        new PlotRuns(),
        new ReportRuns(),
        new WandbSyncRuns(),
        new Doctor(),
        new ShowVersion(),
    ];
}
