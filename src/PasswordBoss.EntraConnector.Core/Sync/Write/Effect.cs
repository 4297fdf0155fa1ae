using PasswordBoss.EntraConnector.Messages;
using PasswordBoss.EntraConnector.Model;

namespace PasswordBoss.EntraConnector.Sync.Write;

/// <summary>What a read after a write says about it.</summary>
internal enum EffectStatus
{
    /// <summary>It could not be read.</summary>
    NotRead,
    /// <summary>The server shows that it was done.</summary>
    Seen,
    /// <summary>The server shows that it was not done, or not yet.</summary>
    NotSeen,
    /// <summary>The server does not show what would tell.</summary>
    NotShown,
}

/// <summary>The effect of one write, as the server showed it afterwards.</summary>
/// <param name="Status">What the read says.</param>
/// <param name="Found">What was found instead, or why nothing was; null when the effect was seen.</param>
/// <param name="Account">The account as it was read; null for memberships, and when it was not read.</param>
internal readonly record struct Effect(EffectStatus Status, Message? Found = null, Account? Account = null);
