using Compression.Experiments.Cli;
using Compression.Experiments.Recipes;
using Compression.Experiments.Runs;
using Compression.Experiments.Verbs;

namespace Compression.Experiments;

/// <summary>All verbs: here the program is put together. A new one is a class and a line here.</summary>
internal static class VerbList
{
    /// <summary>Those that train; the first is the main job.</summary>
    public static IReadOnlyList<TrainingVerb> Trainers() => [new PtbTrain(), new ModelParallelTrain(), new TransformerXlTrain(), new Lm1bTrain()];

    /// <summary>In the order of the help; the first is meant where none is named.</summary>
    public static IReadOnlyList<Verb> All()
    {
        var trainers = Trainers();
        return
        [
            .. trainers,
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
            new SweepRun(trainers),
            new SweepResume(trainers),
            new SweepStatus(trainers),
            new SweepReport(trainers),
            new BenchTrain(),
            new BenchTransformerXl(),
            new BenchLm1b(),
            new BenchCompressors(),
            new BenchExchanges(),
            new BenchSteps(),
            new BenchPipeline(),
            new BenchScaling(),
            new LabRun(),
            new LabExec(),
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
}
