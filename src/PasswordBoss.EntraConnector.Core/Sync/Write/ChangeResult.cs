using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Messages;

namespace PasswordBoss.EntraConnector.Sync.Write;

/// <summary>How a write that was done is told.</summary>
/// <param name="Action">What was done, where that differs from what was planned.</param>
/// <param name="Note">What the reader should know besides.</param>
/// <param name="Error">Why something else was done than was planned; null when nothing was.</param>
internal readonly record struct ChangeResult(SyncAction Action, Message? Note, ErrorId? Error = null);
