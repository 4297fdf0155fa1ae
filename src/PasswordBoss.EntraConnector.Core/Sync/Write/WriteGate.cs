using System.Threading;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Messages;
using PasswordBoss.EntraConnector.Model;

namespace PasswordBoss.EntraConnector.Sync.Write;

/// <summary>
/// Decides from earlier failures whether a change may still be tried. A failed change stops only the changes that depend on it. Many consecutive failures stop
/// changes of the same kind, or the run. Thread-safe.
/// </summary>
internal sealed class WriteGate
{
    // After this many consecutive failures, no more changes of the same kind are tried. For creations, licence limits do not count. For name updates, only failures of
    // the server count. For all other writes, only transient failures count, and the run then writes nothing more; a failed deletion of a hidden account does not count.
    private const int FailuresInARow = 10;

    private readonly ChangeOutcomes outcomes;
    private readonly bool canCreatePending;
    private volatile Problem? stopped;
    private volatile Problem? creationsStopped;
    private volatile Problem? updatesStopped;
    private volatile bool licencesExhausted;
    private int failuresInARow;
    private int failedCreationsInARow;
    private int failedUpdatesInARow;

    /// <param name="outcomes">Receives the changes that fail.</param>
    /// <param name="canCreatePending">Whether the server can create accounts that wait for an admin's approval.</param>
    public WriteGate(ChangeOutcomes outcomes, bool canCreatePending)
    {
        this.outcomes = outcomes;
        this.canCreatePending = canCreatePending;
    }

    /// <summary>Why the remaining changes are not tried; null while they are.</summary>
    public Problem? Stopped => stopped;

    /// <summary>Whether an account can be created as pending when no licence is left.</summary>
    public bool CanCreatePending => canCreatePending;

    /// <summary>Whether no licence is left.</summary>
    public bool LicencesExhausted => licencesExhausted;

    /// <summary>Stops all further changes.</summary>
    /// <param name="reason">Why. The first reason is kept.</param>
    public void Stop(Problem reason) => stopped ??= reason;

    /// <summary>Records that no licence is left.</summary>
    public void ExhaustLicences() => licencesExhausted = true;

    /// <summary>Why a change must not be tried; null if it may.</summary>
    /// <param name="change">The change.</param>
    /// <param name="run">Whether the run was stopped.</param>
    public NotTried? WhyNot(PlannedChange change, CancellationToken run)
    {
        if (run.IsCancellationRequested)
            return new NotTried(ChangeOutcome.Skipped, null, Texts.DetailStopped);
        if (stopped is { } reason)
            return new NotTried(ChangeOutcome.Skipped, reason, Texts.DetailNotTried);
        return change switch
        {
            CreateAccount { Draft: { Pending: false, UserName: var address } } when licencesExhausted && !canCreatePending => new NotTried(ChangeOutcome.Failed, Problems.LicenseLimit(address)),
            CreateAccount { Draft.UserName: var address } when creationsStopped is { } cause => new NotTried(ChangeOutcome.Skipped, Problems.TooManyFailures(address, cause.Text)),
            UpdateAccount when updatesStopped is { } cause => new NotTried(
                ChangeOutcome.Skipped, new Problem(ErrorId.TooManyFailures, Texts.TooManyUpdates(change.Subject.UserName, cause.Text), Texts.FixTooManyFailures)),
            RetireAccount { IsFormerAccount: true } when outcomes.IsKept(change.EntraId) => new NotTried(ChangeOutcome.Skipped, null, Texts.DetailNeededFailed) { FollowsFailure = true },
            _ => null,
        };
    }

    /// <summary>Records a write that the server accepted.</summary>
    /// <param name="change">The change.</param>
    public void Succeed(PlannedChange change)
    {
        Interlocked.Exchange(ref change is CreateAccount ? ref failedCreationsInARow : ref failuresInARow, 0);
        if (change is UpdateAccount)
            Interlocked.Exchange(ref failedUpdatesInARow, 0);
    }

    /// <summary>Records a write that failed.</summary>
    /// <param name="change">The change.</param>
    /// <param name="error">Why.</param>
    public void Fail(PlannedChange change, Problem error)
    {
        if (IsGone(change, error))
        {
            outcomes.Record(change, ChangeOutcome.Skipped, Problems.AccountGone(change.Subject.UserName));
            return;
        }

        if (error.Id == ErrorId.LicenseLimit)
        {
            licencesExhausted = true;
            // The error contains only the id of the account, which means nothing to a reader; and this user has an account.
            if (change is EnableAccount)
                error = new Problem(ErrorId.LicenseLimit, Texts.LicenseLimitEnable(change.Subject.UserName), Texts.FixLicenseLimit);
        }
        else if (change is CreateAccount && Interlocked.Increment(ref failedCreationsInARow) >= FailuresInARow)
            creationsStopped ??= error;
        // A server may fail only for names. No user's access depends on them.
        var isAboutNames = change is UpdateAccount && error.Id == ErrorId.AccountServerFailed;
        if (isAboutNames && Interlocked.Increment(ref failedUpdatesInARow) >= FailuresInARow)
            updatesStopped ??= error;
        // The account may be gone already: some servers fail to delete a missing account, and no read distinguishes it from a hidden one. So such a deletion may fail in every run.
        var mayBeGone = change is DeleteAccount { IsHidden: true } deletion && error.Id is ErrorId.AccountRefused or ErrorId.AccountServerFailed ? deletion.LinkAfter.AccountId : null;
        if (error.Id is ErrorId.AccountServerTokenRejected or ErrorId.AccountServerUntrusted or ErrorId.ForeignHost
            || (error.IsTransient && change is not CreateAccount && !isAboutNames && mayBeGone is null && Interlocked.Increment(ref failuresInARow) >= FailuresInARow))
        {
            stopped ??= error;
        }

        if (mayBeGone is { } accountId)
            error = error.Advising(Texts.AdviceHiddenAccountNotDeleted(accountId));
        outcomes.RecordUndone(change, ChangeOutcome.Failed, error);
    }

    /// <summary>Whether the account was deleted and is not just hidden: the next run creates another one.</summary>
    /// <param name="change">The change.</param>
    /// <param name="error">Why it failed.</param>
    public static bool IsGone(PlannedChange change, Problem error) => change is EnableAccount { IsHidden: true } && error.Id == ErrorId.AccountNotFound;
}
