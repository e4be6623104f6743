export { openAdmission, type Admission, type Kind, type Place } from './admission.js';
export { admissionMetrics, type AdmissionMetrics } from './admission-metrics.js';
export { Overloaded } from './overloaded.js';
