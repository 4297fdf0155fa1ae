using System;
using System.Collections;
using System.Globalization;
using System.Management.Automation;
using PasswordBoss.EntraConnector.Messages;

namespace PasswordBoss.EntraConnector.Binding;

/// <summary>
/// Refuses a list with an item that is null, empty or white space, such as an empty cell of a file or a property that does not exist. Also refuses an empty list,
/// which a filter would take for no filter.
/// </summary>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Field)]
internal sealed class FilledItemsAttribute : ValidateArgumentsAttribute
{
    /// <summary>Whether null means that the parameter is absent. Objects of the pipeline may have a property without a value.</summary>
    public bool NullIsAbsent { get; set; }

    /// <summary>Whether an empty list is a value of its own.</summary>
    public bool AllowsEmpty { get; set; }

    /// <summary>The error of an absent list, as PowerShell reports it.</summary>
    public static ErrorRecord Error() => new(new ValidationMetadataException(Texts.ArgumentNoItems.Render()), "ParameterArgumentValidationError", ErrorCategory.InvalidData, null);

    protected override void Validate(object? arguments, EngineIntrinsics engineIntrinsics)
    {
        if (arguments is null && NullIsAbsent)
            return;
        if (arguments is not IList list || (list.Count == 0 && !AllowsEmpty))
            throw new ValidationMetadataException(Texts.ArgumentNoItems.Render());
        for (var i = 0; i < list.Count; i++)
        {
            var item = list[i] is PSObject wrapped ? wrapped.BaseObject : list[i];
            if (item is null || (item is string text && string.IsNullOrWhiteSpace(text)))
                throw new ValidationMetadataException(Texts.ArgumentBlankItem((i + 1).ToString(CultureInfo.CurrentCulture)).Render());
        }
    }
}
