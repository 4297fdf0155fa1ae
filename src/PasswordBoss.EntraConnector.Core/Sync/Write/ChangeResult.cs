using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Messages;

namespace PasswordBoss.EntraConnector.Sync.Write;

/// <summary>The result of a completed write, as it is reported.</summary>
/// <param name="Action">What was done, which may differ from the plan.</param>
/// <param name="Note">An additional note for the reader.</param>
/// <param name="Error">Why something else was done than planned; null if the plan was followed.</param>
internal readonly record struct ChangeResult(SyncAction Action, Message? Note, ErrorId? Error = null);
