namespace Compression.Tracking.Wandb.Api;

/// <summary>The GraphQL documents.</summary>
internal static class GraphQueries
{
    /// <summary>Makes a run, or finds it.</summary>
    public const string UpsertBucket = """
        mutation UpsertBucket(
          $name: String, $project: String, $entity: String, $groupName: String, $displayName: String, $notes: String,
          $commit: String, $config: JSONString, $host: String, $program: String, $jobType: String, $state: String,
          $sweep: String, $tags: [String!]
        ) {
          upsertBucket(input: {
            name: $name, modelName: $project, entityName: $entity, groupName: $groupName, displayName: $displayName,
            notes: $notes, commit: $commit, config: $config, host: $host, jobProgram: $program, jobType: $jobType,
            state: $state, sweep: $sweep, tags: $tags
          }) {
            bucket { id name displayName config sweepName project { name entity { name } } historyLineCount }
            inserted
          }
        }
        """;

    /// <summary>Asks for a run.</summary>
    public const string RunResumeStatus = """
        query RunResumeStatus($project: String, $entity: String, $name: String!) {
          model(name: $project, entityName: $entity) {
            bucket(name: $name, missingOk: true) {
              historyLineCount eventsLineCount logLineCount historyTail
            }
          }
        }
        """;

    /// <summary>Asks for upload addresses.</summary>
    public const string CreateRunFiles = """
        mutation CreateRunFiles($entity: String!, $project: String!, $run: String!, $files: [String!]!) {
          createRunFiles(input: {entityName: $entity, projectName: $project, runName: $run, files: $files}) {
            runID
            uploadHeaders
            files { name uploadUrl }
          }
        }
        """;
}
