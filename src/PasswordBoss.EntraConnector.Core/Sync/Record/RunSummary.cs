using PasswordBoss.EntraConnector.Messages;

namespace PasswordBoss.EntraConnector.Sync.Record;

/// <summary>One sentence about what a run did, or would do.</summary>
internal static class RunSummary
{
    /// <summary>The sentence. It mentions adoptions only if there are any, so that stored summaries of older runs keep their meaning.</summary>
    /// <param name="counts">The number of changes of each kind.</param>
    /// <param name="outcome">How the run ended.</param>
    /// <param name="preview">Whether the run was a preview.</param>
    public static Message Of(ChangeCounts counts, SyncOutcome outcome, bool preview)
    {
        var (created, adopted, updated, enabled) = (MessageValue.Of(counts.Created), MessageValue.Of(counts.Adopted), MessageValue.Of(counts.Updated), MessageValue.Of(counts.Enabled));
        var (disabled, deleted, converted, groups) = (MessageValue.Of(counts.Disabled), MessageValue.Of(counts.Deleted), MessageValue.Of(counts.Converted), MessageValue.Of(counts.Groups));
        var (skipped, failed) = (MessageValue.Of(counts.Skipped), MessageValue.Of(counts.Failed));
        return (preview, outcome == SyncOutcome.Partial, counts.Adopted > 0) switch
        {
            (true, _, false) => Texts.SummaryPlanned(created, updated, enabled, disabled, deleted, converted, groups, skipped),
            (true, _, true) => Texts.SummaryPlannedWithAdoptions(created, adopted, updated, enabled, disabled, deleted, converted, groups, skipped),
            (_, true, false) => Texts.SummaryPartial(created, updated, enabled, disabled, deleted, converted, groups, skipped, failed),
            (_, true, true) => Texts.SummaryPartialWithAdoptions(created, adopted, updated, enabled, disabled, deleted, converted, groups, skipped, failed),
            (_, _, false) => Texts.SummarySucceeded(created, updated, enabled, disabled, deleted, converted, groups),
            _ => Texts.SummarySucceededWithAdoptions(created, adopted, updated, enabled, disabled, deleted, converted, groups),
        };
    }
}
