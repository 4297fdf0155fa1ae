using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Messages;
using PasswordBoss.EntraConnector.Model;

namespace PasswordBoss.EntraConnector.Sync.Record;

/// <summary>The error of a run or command in a state that was restored and is not activated.</summary>
internal static class NotActivatedState
{
    /// <summary>The error; null if the connection may run.</summary>
    /// <param name="connection">The name of the connection.</param>
    /// <param name="origin">The backup that its state comes from; null if it comes from none.</param>
    public static Problem? Refusal(string connection, BackupOrigin? origin) => origin is { IsActive: false }
        ? Problems.StateNotActivated(connection, BackupTime.Format(origin.BackedUpAt), origin.Machine).About(connection)
        : null;
}
