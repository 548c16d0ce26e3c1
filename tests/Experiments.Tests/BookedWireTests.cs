using System.Text.RegularExpressions;

namespace Compression.Experiments.Tests;

/// <summary>Whether the end of a run says that bytes were sent, or that they would have been, for every trainer; and a floor above the wire.</summary>
public sealed class BookedWireTests
{
    private const string Train = "--data corpus --max_steps 2 --exchange reducescatter --compressor topk --compress_ratio 0.1 " + Sandbox.TinyModel;

    private const string TransformerXl =
        "transformer-xl --dataset ptb --data corpus --n_layer 1 --n_head 2 --d_head 4 --d_model 8 --d_inner 8 --tgt_len 5 --mem_len 5 --eval_tgt_len 5 "
        + "--batch_size 4 --eval_batch_size 2 --threads 1 --max_step 2";

    private const string Lm1b = Sandbox.TinyLm1b + " --max_steps 2";

    private const string ModelParallel =
        "model-parallel --data corpus --emb_size 8 --num_hid 12 --num_layers 2 --batch_size 4 --buckets 8,16,60 --max_steps 2";

    [Theory]
    [InlineData(Train, true)]
    [InlineData(Train + " --virtual_workers 1", true)]
    [InlineData(Train + " --virtual_workers 2", false)]
    [InlineData(TransformerXl, true)]
    [InlineData(TransformerXl + " --virtual_workers 2", false)]
    [InlineData(Lm1b + " --run_option MPI", true)]
    [InlineData(Lm1b + " --run_option HYBRID", true)]
    [InlineData(Lm1b + " --run_option PS", true)]
    [InlineData(Lm1b + " --virtual_workers 2", false)]
    [InlineData(ModelParallel + " --stages 1", true)]
    public void Bytes_without_a_peer_are_said_to_be_booked(string commandLine, bool booked)
    {
        using var sandbox = NewSandbox();
        Check(sandbox, sandbox.Run(commandLine + " --out run"), booked);
    }

    [Theory]
    [InlineData(ModelParallel + " --stages 2", true)]
    [InlineData(ModelParallel + " --stages 2 --num_workers 4", false)]
    public void Stages_are_no_peers_of_each_other_but_replicas_are(string commandLine, bool booked)
    {
        using var sandbox = NewSandbox();
        Check(sandbox, Apphost.Run(sandbox, commandLine + " --out run"), booked);
    }

    [Theory]
    [InlineData("--exchange allgather --compressor dense+float16", false)]
    [InlineData("--exchange reducescatter --compressor dense+float16", true)]
    [InlineData("--exchange ps --compressor dense+float16", true)]
    public void A_floor_above_the_wire_is_explained_below_the_table(string composition, bool above)
    {
        using var sandbox = NewSandbox();
        var outcome = sandbox.Run($"--data corpus --max_steps 2 {composition} --out run {Sandbox.TinyModel}");
        Assert.True(outcome.Code == 0, outcome.Errors);
        var bytes = TrainingRunTests.Summary(sandbox, "run").GetProperty("bytes");
        Assert.Equal(above, bytes.GetProperty("entropy_floor_per_step").GetDouble() > bytes.GetProperty("wire_per_step_per_worker").GetDouble());
        Assert.Equal(above, outcome.Output.Contains("the floor lies above the wire", StringComparison.Ordinal));
    }

    private static Sandbox NewSandbox()
    {
        var sandbox = new Sandbox();
        sandbox.WriteCorpus();
        sandbox.WriteBillionWords();
        return sandbox;
    }

    private static void Check(Sandbox sandbox, Outcome outcome, bool booked)
    {
        Assert.True(outcome.Code == 0, outcome.Errors);
        Assert.Matches(new Regex($"^  {(booked ? "would send a step" : "sent a step")} +a worker", RegexOptions.Multiline), outcome.Output);
        Assert.Equal(booked, TrainingRunTests.Summary(sandbox, "run").GetProperty("bytes").TryGetProperty("booked", out var told) && told.GetBoolean());
    }
}
