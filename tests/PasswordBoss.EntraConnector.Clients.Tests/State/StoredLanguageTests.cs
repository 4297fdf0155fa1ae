using System;
using System.Globalization;
using PasswordBoss.EntraConnector.Clients.State;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Messages;
using PasswordBoss.EntraConnector.Model;
using static PasswordBoss.EntraConnector.Clients.Tests.State.StateFixture;

namespace PasswordBoss.EntraConnector.Clients.Tests.State;

/// <summary>Texts in the database have no language: each reader gets them in their own, with the reasons inside them.</summary>
[Trait("Speed", "Slow")]
public sealed class StoredLanguageTests : IDisposable
{
    private const string English = "The state of 'Anna' in Entra could not be verified: the members of group 'Staff' are hidden. Nothing was changed for this user.";
    private const string French = "L'état de «\u00A0Anna\u00A0» dans Entra n'a pas pu être vérifié\u00A0: les membres du groupe «\u00A0Staff\u00A0» sont masqués. Rien n'a été modifié pour cet utilisateur.";

    private readonly StateFixture state = new();
    private readonly CultureInfo former = CultureInfo.CurrentUICulture;

    public void Dispose()
    {
        CultureInfo.CurrentUICulture = former;
        state.Dispose();
    }

    [Theory]
    [InlineData("en-US", "fr-FR", French, "délai d'attente écoulé\u00A0: supprimé dans Entra")]
    [InlineData("fr-FR", "en-US", English, "waiting period ended: deleted in Entra")]
    public void What_one_language_writes_another_reads(string writer, string reader, string text, string reason)
    {
        var connection = Connection();
        CultureInfo.CurrentUICulture = CultureInfo.GetCultureInfo(writer);
        var written = Problems.PersonUnknown("Anna", Texts.DoubtHidden("Staff")).Text;
        using (var journal = state.OpenJournal(connection))
        {
            journal.SaveRun(
                new RunRecord
                {
                    RunId = Guid.NewGuid(),
                    Mode = SyncMode.Full,
                    Outcome = SyncOutcome.Partial,
                    StartedAt = SetClock.Start,
                    Duration = TimeSpan.FromSeconds(1),
                    Summary = written,
                    Warnings = [written],
                    Changes = [new ChangeRecord { Action = SyncAction.Skip, Outcome = ChangeOutcome.Skipped, Reason = Texts.ReasonDeletionDue(Texts.ReasonDeleted), Detail = written }],
                },
                new ConnectionHealth { Messages = [written] },
                new PauseRecord { RunId = Guid.NewGuid(), At = SetClock.Start, RefusedKeys = [], Reason = written },
                null);
        }

        CultureInfo.CurrentUICulture = CultureInfo.GetCultureInfo(reader);
        using var again = new StateStore(state.Location, state.Clock);
        using var reopened = again.OpenJournal(connection.Id);
        var run = Assert.Single(reopened.ReadRuns(1, null));
        var loaded = reopened.Load(SetClock.Start);

        Assert.All([run.Summary, run.Warnings[0], run.Changes[0].Detail, loaded.Health.Messages[0], loaded.Pause?.Reason], read => Assert.Equal(text, read?.Render()));
        Assert.Equal(reason, run.Changes[0].Reason.Render());
    }
}
