# Imports an empty binary module and this one, in the order given, and says what each took and what is loaded then.
param(
    [string] $First,
    [string] $Second
)

function Measure-Import($path) {
    $clock = [System.Diagnostics.Stopwatch]::StartNew()
    Import-Module -Name $path -ErrorAction Stop
    return $clock.Elapsed.TotalMilliseconds.ToString('F2', [cultureinfo]::InvariantCulture)
}

$before = [System.AppDomain]::CurrentDomain.GetAssemblies().ForEach({ $_.GetName().Name })
"first $(Measure-Import $First)"
"second $(Measure-Import $Second)"
foreach ($assembly in [System.AppDomain]::CurrentDomain.GetAssemblies()) {
    $name = $assembly.GetName().Name
    if ($before -notcontains $name) { "loaded $name" }
}
